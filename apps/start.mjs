/**
 * Runs an app, `api` unless another is named, with the arguments after its name: on the right Node, and built from the
 * sources as they are. Plain JavaScript that an older Node can read, so that it can say what is missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [app = 'api', ...args] = process.argv.slice(2);
const main = join(root, 'dist', 'apps', app, 'main.js');
const stamp = join(root, 'dist', '.sources');

if (process.versions.node.split('.')[0] !== '26') {
  console.error(
    `Samverk runs on Node 26, and this is ${process.version}.\n` +
      'npm brings the right one: run `npm ci` once, then `npm start` or `npm run …`, which use node_modules/.bin/node.',
  );
  process.exit(1);
}

/** Names, sizes and times of all that the build is made of: it differs also where a file went, or an older one came back. */
function sources() {
  const settings = ['package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
  const code = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith('.ts') && !/\.(spec|contract)\.ts$/.test(name))
      .map((name) => join(folder, name)),
  );
  return [...settings, ...code.sort()]
    .map((name) => [name, statSync(join(root, name))])
    .map(([name, { size, mtimeMs }]) => `${name} ${size} ${mtimeMs}\n`)
    .join('');
}

const wanted = sources();
if (!existsSync(main) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Building …');
  // The compiler's notes say that every output is there. Where one is not, only building without them brings it back.
  if (!existsSync(main)) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
  rmSync(stamp, { force: true });
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, wanted);
}

process.env.NODE_ENV ??= 'production';
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, main, ...args];
await import(pathToFileURL(main).href);
