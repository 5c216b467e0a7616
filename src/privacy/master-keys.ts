import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface MasterKey {
  /** the first 16 hex digits of its SHA-256: names it, and betrays nothing */
  readonly id: string;
  /** 32 bytes */
  readonly key: Buffer;
}

const masterKeyOf = (key: Buffer): MasterKey => ({
  id: createHash('sha256').update(key).digest('hex').slice(0, 16),
  key,
});

/** None of the master keys at hand is the one that the keys of clients are wrapped by. */
export class UnknownMasterKey extends Error {
  constructor(id: string) {
    super(
      `personal data is stored under a master key (${id}) that is not at hand: set TENURE_MASTER_KEY to it or, while keys ` +
        'are being rotated, TENURE_PREVIOUS_MASTER_KEY; where neither is used, the file master.key of the data directory must be the one it was',
    );
    this.name = 'UnknownMasterKey';
  }
}

/** The keys that wrap the clients' keys: one that wraps now, and, while they are rotated, one that did. */
export class MasterKeys {
  private constructor(
    private keys: readonly [MasterKey, ...MasterKey[]],
    private readonly file: string | null,
  ) {}

  /** @param previous unwraps only */
  static given(key: Buffer, previous?: Buffer): MasterKeys {
    return new MasterKeys([masterKeyOf(key), ...(previous ? [masterKeyOf(previous)] : [])], null);
  }

  /** From a file that is made, readable by its owner alone, where there is none; base64, the current key first. */
  static async inFile(file: string): Promise<MasterKeys> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const made = `${randomBytes(32).toString('base64')}\n`;
    await writeFile(file, made, { mode: 0o600, flag: 'wx', flush: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    return new MasterKeys(await readKeys(file), file);
  }

  get current(): MasterKey {
    return this.keys[0];
  }

  /** @throws UnknownMasterKey, also after looking into the file again, where another process may have put it meanwhile */
  async find(id: string): Promise<MasterKey> {
    const known = () => this.keys.find((one) => one.id === id);
    if (!known() && this.file) this.keys = await readKeys(this.file);
    const found = known();
    if (!found) throw new UnknownMasterKey(id);
    return found;
  }

  /** Whether the current key is ours to replace; one that the environment gives is not. */
  get renewable(): boolean {
    return this.file !== null;
  }

  /** Makes a new key the current one, and keeps the others until `forgetOld`. */
  async renew(): Promise<void> {
    await this.write([masterKeyOf(randomBytes(32)), ...this.keys]);
  }

  /** Keeps the current key alone; nothing may be wrapped by another any more. */
  async forgetOld(): Promise<void> {
    if (this.renewable) await this.write([this.current]);
  }

  private async write(keys: readonly [MasterKey, ...MasterKey[]]): Promise<void> {
    if (!this.file) throw new Error('the master key is set by TENURE_MASTER_KEY; it cannot be renewed here');
    const text = keys.map(({ key }) => `${key.toString('base64')}\n`).join('');
    // Whole or not at all: half a key would be the loss of all personal data.
    await writeFile(`${this.file}.new`, text, { mode: 0o600, flush: true });
    await rename(`${this.file}.new`, this.file);
    this.keys = keys;
  }
}

async function readKeys(file: string): Promise<[MasterKey, ...MasterKey[]]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const keys = lines.map((line) => Buffer.from(line, 'base64'));
  const [first, ...others] = keys.map(masterKeyOf);
  if (!first || keys.some((key) => key.length !== 32)) {
    throw new Error(`${file} does not hold a master key: 32 bytes in base64`);
  }
  return [first, ...others];
}
