import { randomUUID } from 'node:crypto';
import { readFile, readlink, rename, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** One link that npm cannot pack: `target` should point at `source`; both are relative to the package. */
interface PackedLink {
  source: string;
  target: string;
}

/**
 * Recreates the links between the shared libraries. An npm package cannot hold symbolic links, so the package makes
 * them in a postinstall script, and newer versions of npm run no such scripts. Does nothing where they stand already;
 * safe when two processes do it at once.
 * @param native the package's `native` folder
 * @throws the file system's error (EACCES, EROFS) when a link is missing and cannot be made
 */
export async function restoreLibraryLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as PackedLink[]) {
    const link = join(dirname(native), target);
    const points = relative(dirname(target), source);
    if ((await readlink(link).catch(() => undefined)) === points) continue;
    // A link of its own name moved into place: a reader never sees the library missing, and two of us never collide.
    const fresh = `${link}.${randomUUID()}`;
    await symlink(points, fresh);
    await rename(fresh, link);
  }
}
