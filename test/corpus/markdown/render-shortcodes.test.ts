import { describe, expect, it } from "vitest";
import { renderShortcodes } from "../../../src/corpus/markdown/render-shortcodes.ts";

describe("renderShortcodes", () => {
  it.each([
    ["keeps the content of a pair", "{{% note %}}Mind **this**.{{% /note %}}", "Mind **this**."],
    ["keeps pairs in pairs", "{{< a >}}x {{< b >}}y{{< /b >}}{{< /a >}} z", "x y z"],
    ["takes out a lone call and its line", "one\n{{< toc >}}\ntwo", "one\ntwo"],
    ["takes out a call in a line", "since {{< version 3 />}} only", "since  only"],
    ["keeps a caption", '{{< figure src="a.png" caption="A  pump" >}}', "A pump"],
    [
      "makes the title of a pair bold",
      '{{% def id="x" name="Pump" %}} moves water {{% /def %}}',
      "**Pump** moves water ",
    ],
    ["keeps positional prose", '{{< button "Read the guide" "/guide" >}}', "Read the guide"],
    ["keeps the target of a link", '[x]({{< relref "a/b.md#c" >}})', "[x](a/b.md#c)"],
    ["reads a call over several lines", '{{< figure\n  src="a.png"\n  alt="A pump"\n>}}', "A pump"],
    ["reads raw strings", '{{< figure alt=`A "pump"` >}}', 'A "pump"'],
    ["drops a comment", "a{{< comment >}}never{{< /comment >}}b", "ab"],
    [
      "shows an escaped call",
      "use {{</* toc */>}} and {{%/* x */%}}",
      "use {{< toc >}} and {{% x %}}",
    ],
    ["leaves what is never closed", "a {{< b", "a {{< b"],
    ["leaves Go templates", "{{ .Title }} {{- if x -}}", "{{ .Title }} {{- if x -}}"],
  ])("%s", (_, source, rendered) => {
    expect(renderShortcodes(source)).toBe(rendered);
  });

  it.each([
    ["in a fence", "```go\n{{< toc >}}\n```\n"],
    ["in a longer fence with a shorter one in it", "````\n```\n{{% x %}}y{{% /x %}}\n````\n"],
    ["in a fence of tildes in a list", "- a\n  ~~~\n  {{< toc >}}\n  ~~~\n"],
    ["in a fence that is never closed", "```\n{{< toc >}}\n"],
    ["in a code span", "use `{{< toc >}}` or ``a ` {{< toc >}}``"],
  ])("leaves a call %s as it is written", (_, source) => {
    expect(renderShortcodes(source)).toBe(source);
  });

  it("shows an escaped call in code as the call", () => {
    expect(renderShortcodes("```\n{{</* toc */>}}\n```\n")).toBe("```\n{{< toc >}}\n```\n");
  });

  it("goes on after code with calls in prose", () => {
    expect(renderShortcodes("`a`\n```\nb\n```\n{{% n %}}c{{% /n %}}")).toBe("`a`\n```\nb\n```\nc");
  });

  it.each([
    ["highlight", "{{< highlight go >}}\na := 1\n{{< /highlight >}}", "```go\na := 1\n```"],
    [
      "code that holds a fence",
      "{{< code-toggle >}}\n```\n{{< /code-toggle >}}",
      "````\n```\n````",
    ],
    [
      "indented code",
      "- a\n\n  {{< highlight sh >}}\n  ls\n  {{< /highlight >}}",
      "- a\n\n  ```sh\n  ls\n  ```",
    ],
    ["code in a line", "run {{< hl sh >}}ls{{< /hl >}} now", "run `ls` now"],
    [
      "code that calls",
      "{{< highlight go >}}\n{{</* toc */>}}\n{{< toc >}}\n{{< /highlight >}}",
      "```go\n{{< toc >}}\n{{< toc >}}\n```",
    ],
  ])("makes a code block of %s", (_, source, rendered) => {
    expect(renderShortcodes(source)).toBe(rendered);
  });

  it("does not take the end of another call for that of one that closes itself", () => {
    const source =
      "{{< code-toggle config=x />}}\n\ntext\n\n{{< code-toggle >}}\na = 1\n{{< /code-toggle >}}\n";
    expect(renderShortcodes(source)).toBe("\ntext\n\n```\na = 1\n```\n");
  });
});
