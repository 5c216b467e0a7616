/** Wakes one waiter; set before the wait, it is not lost. */
export class Signal {
  #isSet = false;
  #wake: (() => void) | undefined;

  readonly set = (): void => {
    this.#isSet = true;
    this.#wake?.();
  };

  /** Resolves when set, at once if it was since the last wait. */
  async wait(): Promise<void> {
    if (!this.#isSet) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    this.#isSet = false;
  }
}
