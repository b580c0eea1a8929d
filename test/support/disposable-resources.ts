/** What Node 20 has no class for: disposes of the last one first. */
export class DisposableResources {
  readonly #kept: AsyncDisposable[] = [];

  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.#kept.push(resource);
    return resource;
  }

  async dispose(): Promise<void> {
    for (const resource of this.#kept.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
  }
}
