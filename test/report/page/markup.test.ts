import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, lines } from "../../../src/report/page/markup/html.ts";
import { visibleText } from "../../../src/report/page/markup/visible-text.ts";
import { compact, listed, regionName, shortPrincipal } from "../../../src/report/page/markup/words.ts";

const anyText = fc.string({ unit: "binary", maxLength: 60 });

/** What an HTML parser makes of escaped text. */
function unescaped(markup: string): string {
  return markup
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

describe("markup", () => {
  it("holds any text as text, between tags and in quoted attributes", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const inner = html`${text}`.markup;
        expect(inner).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(unescaped(inner)).toBe(visibleText(text));
        expect(html`<a title="${text}">${text}</a>`.markup).toBe(`<a title="${inner}">${inner}</a>`);
      }),
    );
  });

  it("takes replacement patterns, entities and closing tags as they are", () => {
    expect(html`<td>${"$& $` $' $1 &amp; </script> ]]> -->"}</td>`.markup).toBe(
      "<td>$&amp; $` $&#39; $1 &amp;amp; &lt;/script&gt; ]]&gt; --&gt;</td>",
    );
  });

  it("joins lists without commas and leaves nothing for what is not there", () => {
    const list = [1, 2n, html`<li>${"a"}</li>`, undefined];
    expect(html`<b>${list}</b>`.markup).toBe("<b>12<li>a</li></b>");
  });

  it("leaves one line break of a template's indentation, and all of a text's own", () => {
    const indented = ["<b>\n      ", "\n\n    </b>"];
    expect(html(indented, "a").markup).toBe("<b>\na\n</b>");
    const text = lines("a\r\n\t<b>\n\n   c\u0000");
    expect(html`<pre>${text}</pre>`.markup).toBe("<pre>a\n\t&lt;b&gt;\n\n   c\u2400</pre>");
  });
});

describe("visible text", () => {
  it("leaves no character that hides, and nothing that is not a Unicode", () => {
    const hides = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069\u200B\u200E\u200F\u061C\uFEFF\u00AD]/u;
    fc.assert(fc.property(anyText, (text) => !hides.test(visibleText(text))));
    expect(hides.test("a\u202Eb")).toBe(true);
  });

  it.each([
    ["\u202Egnp.exe", "[U+202E]gnp.exe"],
    ["a\u0000b\u001B[31m\u007F", "a␀b␛[31m␡"],
    ["\u009B31m", "[U+009B]31m"],
    ["line\u2028sep\nnew\ttab", "line[U+2028]sep␊new␉tab"],
    ["\uD83D lone", "[U+D83D] lone"],
    ["tag\u{E0041}", "tag[U+E0041]"],
    ["👩‍👩‍👧‍👦 مرحبا 日本語 e\u0301", "👩‍👩‍👧‍👦 مرحبا 日本語 e\u0301"],
  ])("shows %j as %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });
});

describe("words", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1200, "1.2k"],
    [2_500_000, "2.5M"],
    [3_000_000_000, "3B"],
  ])("writes %d short", (count, text) => {
    expect(compact(count)).toBe(text);
  });

  it.each([
    ["arn:aws:iam::111122223333:role/apps/invoice-bot", "invoice-bot"],
    ["arn:aws:iam::111122223333:root", "root"],
    ["bedrock.amazonaws.com", "bedrock.amazonaws.com"],
    [null, "(no principal)"],
    ["", "(empty)"],
  ])("calls %s %s", (principal, name) => {
    expect(shortPrincipal(principal)).toBe(name);
  });

  it("tells a Region named unknown from one that is not known", () => {
    expect([null, "unknown", "", "eu-west-1"].map(regionName)).toEqual(["unknown", '"unknown"', '""', "eu-west-1"]);
  });

  it("lists words", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and b", "a, b and c"]);
  });
});
