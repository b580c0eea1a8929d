/** Everything that a local CA issues for, and all that it may issue for. */
export const LOCAL_NAMES: readonly string[] = ["localhost", "*.localhost", "127.0.0.1", "::1"];
