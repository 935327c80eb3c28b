/** What is measured in the page itself: what is cut off, and which texts lie upon each other. Runs in the browser. */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Complaints in words; none: everything can be read. */
export function layoutFaults(): string[] {
  const faults: string[] = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`the page is ${wide} wide, the window ${innerWidth}`);
  const boxes: TextBox[] = [];
  const tops = new Map<Element, number>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? "";
    const parent = node.parentElement;
    if (text === "" || parent === null || !isShown(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const clip = parent.closest(".scroll, pre")?.getBoundingClientRect();
    const row = parent.closest("tr");
    // what is scrolled away can be scrolled to; asking each line of thousands of rows would take minutes
    if (clip !== undefined && row !== null && isBelow(row, clip)) continue;
    for (const line of range.getClientRects()) {
      if (line.width < 1 || line.height < 1) continue;
      if (clip !== undefined && (line.right > clip.right || line.bottom > clip.bottom)) continue;
      if (line.right > innerWidth + 1 || line.left < -1) faults.push(`${text.slice(0, 40)} is cut at the side`);
      const inset = line.height * 0.22;
      boxes.push({
        text,
        left: line.left + 1,
        right: line.right - 1,
        top: line.top + inset,
        bottom: line.bottom - inset,
      });
    }
  }
  return [...faults, ...overlaps(boxes)];

  function isBelow(row: Element, clip: DOMRect): boolean {
    let top = tops.get(row);
    if (top === undefined) tops.set(row, (top = row.getBoundingClientRect().top));
    return top >= clip.bottom;
  }

  function isShown(element: Element): boolean {
    if (element.closest("script, style, title, desc, .sr, .skip, .defs") !== null) return false;
    return element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  }

  function overlaps(all: readonly TextBox[]): string[] {
    const sorted = all.toSorted((a, b) => a.top - b.top);
    const found: string[] = [];
    for (const [index, box] of sorted.entries()) {
      for (let other = index + 1; other < sorted.length; other++) {
        const below = sorted[other];
        if (below === undefined || below.top >= box.bottom) break;
        if (below.left < box.right && box.left < below.right)
          found.push(`${box.text.slice(0, 40)} and ${below.text.slice(0, 40)} lie upon each other`);
      }
    }
    return found;
  }
}
