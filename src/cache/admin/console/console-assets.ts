import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';

/** A file of the page, in memory. */
export interface Asset {
  readonly path: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly etag: string;
}

const PAGE = '/cache';
const INDEX = 'index.html';
const FOLDER = join(import.meta.dirname, 'assets');
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads every file of the page, and the two of uPlot, which draws its graphs. */
export function loadAssets({ developmentTokens }: { readonly developmentTokens: boolean }): readonly Asset[] {
  const own = readdirSync(FOLDER).map((name) => asset(name, readFileSync(join(FOLDER, name))));
  // Only now: a deployment without the page need not have them.
  const require = createRequire(import.meta.url);
  const vendored = [
    require.resolve('uplot/dist/uPlot.iife.min.js'),
    require.resolve('uplot/dist/uPlot.min.css'),
  ].map((path) => asset(basename(path), readFileSync(path)));
  return [...own, ...vendored].map((it) => (it.path === PAGE ? withSignIn(it, developmentTokens) : it));
}

function asset(name: string, body: Buffer): Asset {
  return {
    path: name === INDEX ? PAGE : `${PAGE}/assets/${name}`,
    body,
    contentType: CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
  };
}

function withSignIn(page: Asset, developmentTokens: boolean): Asset {
  const html = page.body
    .toString()
    .replace('data-development-tokens="false"', `data-development-tokens="${developmentTokens}"`);
  return asset(INDEX, Buffer.from(html));
}
