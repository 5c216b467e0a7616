type Numbers = Float64Array | Int32Array;
type Kind<N extends Numbers> = new (length: number) => N;
type Kinds = Readonly<Record<string, Kind<Numbers>>>;

/** The columns of some kinds: `{ at: Float64Array }` for `{ at: Float64Array (the class) }`. */
type ColumnsOf<K extends Kinds> = { [Name in keyof K]: InstanceType<K[Name]> };

/**
 * A table in memory by columns of numbers, in which the rows of a client stand together: client `c` has the rows from
 * `starts[c]` on, `lengths[c]` of them. A client's rows are replaced as a whole; the new ones go to the end, and what the old ones leave
 * is given back when it is more than what is in use.
 */
export class ClientRuns<K extends Kinds> {
  starts = new Int32Array(0);
  lengths = new Int32Array(0);
  readonly columns: ColumnsOf<K>;
  private room = 0;
  private used = 0;
  private forgotten = 0;

  constructor(private readonly kinds: K) {
    this.columns = this.made(0);
  }

  /** Forgets what a client had; what is added next is its. */
  begin(client: number): void {
    if (client >= this.starts.length) {
      this.starts = grown(this.starts, client + 1);
      this.lengths = grown(this.lengths, client + 1);
    }
    this.forgotten += this.lengths[client] as number;
    this.starts[client] = this.used;
    this.lengths[client] = 0;
  }

  /** Adds a row to the client that was begun last. @returns its place in the columns, all of which are to be set */
  add(client: number): number {
    const row = this.used++;
    if (row >= this.room) this.move(row + 1, (column, before) => column.set(before));
    this.lengths[client] = row + 1 - (this.starts[client] as number);
    return row;
  }

  /** @returns the place after the last row of a client */
  end(client: number): number {
    return (this.starts[client] as number) + (this.lengths[client] as number);
  }

  /** Gives back room that nobody uses, if that is most of it. To be called while nobody reads. */
  tidy(): void {
    if (this.forgotten * 2 <= this.used) return;
    const starts = this.starts.slice();
    let used = 0;
    this.lengths.forEach((length, client) => {
      this.starts[client] = used;
      used += length;
    });
    this.move(used, (column, before) =>
      this.lengths.forEach((length, client) => {
        const start = starts[client] as number;
        if (length > 0) column.set(before.subarray(start, start + length), this.starts[client]);
      }),
    );
    this.used = used;
    this.forgotten = 0;
  }

  /** One column after the other, so that only one of them is there twice at a time. */
  private move(needed: number, fill: (column: Numbers, before: Numbers) => void): void {
    this.room = roomFor(needed);
    for (const [name, kind] of Object.entries(this.kinds)) {
      const larger = new kind(this.room);
      fill(larger, this.columns[name] as Numbers);
      this.columns[name as keyof K] = larger as InstanceType<K[keyof K]>;
    }
  }

  private made(length: number): ColumnsOf<K> {
    return Object.fromEntries(
      Object.entries(this.kinds).map(([name, kind]) => [name, new kind(length)]),
    ) as ColumnsOf<K>;
  }
}

function grown(numbers: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(roomFor(needed));
  larger.set(numbers);
  return larger;
}

/** More than is needed now, so that what grows is not moved at every step. */
const roomFor = (needed: number): number => Math.ceil(needed * 1.25) + 1_024;
