const EVERY_MS = 200;

/** One line that changes in place. */
export interface ProgressLine {
  /** Shows what `text` comes to, a few times a second at most however often it is called. */
  show(this: void, text: () => string): void;
  /** Takes the line away. */
  end(this: void): void;
}

/** @returns a line that shows on a terminal, and nowhere else */
export function progressLine(out: NodeJS.WritableStream & { readonly isTTY?: boolean }): ProgressLine {
  let shownAt = 0;
  const clear = () => shownAt > 0 && out.write('\r\u001b[K');
  return {
    show: (text) => {
      const now = Date.now();
      if (!out.isTTY || now - shownAt < EVERY_MS) return;
      clear();
      out.write(text());
      shownAt = now;
    },
    end: () => {
      clear();
      shownAt = 0;
    },
  };
}

/** 12345 → "12,345" */
export const counted = (count: number): string => count.toLocaleString('en');
