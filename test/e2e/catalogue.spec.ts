import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contexts } from '#apps/api/contexts';
import type { Catalogue } from '#delivery/catalogue-entries';
import { factsOf } from '#delivery/checks';
import { inBrowser } from './browser.ts';
import { RunningSystem } from './harness.ts';

let system: RunningSystem;
let catalogue: Catalogue;
beforeAll(async () => {
  system = await RunningSystem.start();
  catalogue = (await (await fetch(`${system.url}/catalogue.json`)).json()) as Catalogue;
});
afterAll(() => system.end());

const ask = (accept: string, headers: Record<string, string> = {}, path = '/catalogue') =>
  fetch(`${system.url}${path}`, { headers: { accept, ...headers } });
const typeOf = async (accept: string) => (await ask(accept)).headers.get('content-type');

describe('the catalogue over HTTP', () => {
  test.each([
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['whoever takes anything', '*/*', 'text/html'],
    ['whoever wants JSON', 'application/json', 'application/json'],
    ['whoever wants JSON rather than a page', 'text/html;q=0.5, application/*', 'application/json'],
    ['whoever wants a page rather than JSON', 'application/json;q=0.1, text/*', 'text/html'],
  ])('%s gets what it asks for', async (_, accept, type) => {
    expect(await typeOf(accept)).toBe(`${type}; charset=utf-8`);
  });

  test('is the same JSON by its own name', async () => {
    expect(await (await ask('application/json')).json()).toEqual(catalogue);
  });

  test('is not sent again to whoever has it, in either form', async () => {
    for (const accept of ['text/html', 'application/json']) {
      const etag = (await ask(accept)).headers.get('etag') ?? '';
      const again = await ask(accept, { 'if-none-match': `"other", ${etag}` });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe('');
      expect((await ask(accept, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  test('is compressed for whoever takes that', async () => {
    const encoding = async (accepted: string) =>
      (await ask('text/html', { 'accept-encoding': accepted })).headers.get('content-encoding');
    expect([await encoding('br, gzip'), await encoding('gzip;q=0, identity'), await encoding('gzip;q=0.5')]).toEqual([
      'gzip',
      null,
      'gzip',
    ]);
    const text = async (accepted: string) => (await ask('text/html', { 'accept-encoding': accepted })).text();
    expect(await text('gzip')).toBe(await text('identity'));
  });

  test('holds nothing that was recorded: no id of this installation, no token', async () => {
    const said = [await (await ask('text/html')).text(), JSON.stringify(catalogue)].join();
    expect(said).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-/);
    expect(said).not.toContain(Object.values(system.tokens)[0]);
  });

  test('stands beside the schema as it is committed', async () => {
    const committed = readFileSync(new URL('../../docs/schema.graphql', import.meta.url), 'utf8');
    expect(await (await ask('*/*', {}, '/schema.graphql')).text()).toBe(committed.trimEnd());
  });
});

inBrowser(
  'the page of the catalogue',
  () => system.url,
  (open) => {
    const plain = (text: string) => text.replaceAll('`', '').replace(/\s+/g, ' ').trim();
    /** What an entry says in words of its own: codes that the page puts into words are none. */
    const wordsOf = (entry: object): string[] => {
      const words: string[] = [];
      JSON.stringify(entry, (key, value: unknown) => {
        if (typeof value === 'string' && !['context', 'stream', 'where', 'relation', 'sees'].includes(key))
          words.push(value);
        return value;
      });
      return words;
    };
    const visible = 'article:not([hidden])';

    test('shows every fact of the code, and complains of nothing', async () => {
      const { page, complaints } = await open('/catalogue');
      const shown = await page.locator('#facts article h3').allTextContents();
      expect(shown.map(plain).sort()).toEqual([...factsOf(contexts).keys()].sort());
      expect(await page.title()).toBe('Samverk · Catalogue');
      expect(complaints).toEqual([]);
    });

    test('says of each entry every word that its JSON says of it', async () => {
      const { page } = await open('/catalogue');
      const texts = await page.evaluate<Record<string, string>>(
        'Object.fromEntries([...document.querySelectorAll("article")].map(({ id, textContent }) => [id, textContent]))',
      );
      const { contexts: _, meta, processes, classes, roles, types, ...others } = catalogue;
      const entries = [
        ...Object.values(others)
          .flat()
          .map((entry) => ['code' in entry ? entry.code : entry.name, entry] as const),
        ['CommandMeta', meta] as const,
        ...processes.map((entry) => [`process-${entry.name}`, entry] as const),
        ...classes.map((entry) => [`class-${entry.name}`, entry] as const),
        ...roles.map((entry) => [`role-${entry.name}`, entry] as const),
        ...types.map((entry) => [`type-${entry.name}`, entry] as const),
      ];
      expect(entries.map(([id]) => id).sort()).toEqual(Object.keys(texts).sort());
      const missing = entries.flatMap(([id, entry]) => {
        const said = plain(texts[id] ?? '');
        return wordsOf(entry)
          .filter((word) => !said.includes(plain(word)))
          .map((word) => `${id}: ${word}`);
      });
      expect(missing).toEqual([]);
    });

    test('has one place for every name, and leads nowhere that is not there', async () => {
      const { page } = await open('/catalogue');
      const ids = await page.evaluate<string[]>('[...document.querySelectorAll("[id]")].map(({ id }) => id)');
      const to = await page.evaluate<string[]>(
        `[...document.querySelectorAll('a[href^="#"]')].map(({ hash }) => hash.slice(1))`,
      );
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
      expect([...new Set(to)].filter((id) => !ids.includes(id))).toEqual([]);
    });

    test('is searched by keyboard alone: / to begin, Enter to go there, Escape for all', async () => {
      const { page, complaints } = await open('/catalogue');
      const all = await page.locator(visible).count();
      await page.keyboard.press('/');
      await page.keyboard.type('kostnad BOKFÖRD');
      const left = await page.evaluate(`[...document.querySelectorAll('${visible}')].map(({ id }) => id)`);
      expect(left).toEqual(['CostRecorded', 'RecordCost']);
      expect(await page.getByRole('status').textContent()).toBe(`2 of ${all}`);
      expect(await page.locator('nav li:not([hidden]) li:not([hidden])').count()).toBe(2);

      await page.keyboard.press('Enter');
      expect(await page.evaluate('[location.hash, document.activeElement.textContent]')).toEqual([
        '#CostRecorded',
        'CostRecorded',
      ]);
      await page.keyboard.press('/');
      await page.keyboard.press('Escape');
      expect(await page.locator(visible).count()).toBe(all);
      expect(complaints).toEqual([]);
    });

    test('keeps a search in its address', async () => {
      const { page } = await open('/catalogue');
      await page.getByRole('searchbox').fill('CEILING_EXCEEDED');
      await page.waitForURL(/q=CEILING_EXCEEDED/);
      const { page: again } = await open(page.url());
      expect(await again.locator(visible).count()).toBe(1);
    });

    test('leads to an entry by its anchor, also one that the search has left out', async () => {
      const { page } = await open('/catalogue?q=DATA_DIR#CostRecorded');
      const inSight = async (id: string) => {
        const box = await page.locator(`#${id} h3`).boundingBox();
        return box !== null && box.y > 0 && box.y < 300;
      };
      expect(await inSight('CostRecorded')).toBe(true);
      await page.getByRole('searchbox').fill('DATA_DIR');
      await page.evaluate('location.hash = "RequisitionPaid"');
      await page.locator('#RequisitionPaid').waitFor();
      expect(await inSight('RequisitionPaid')).toBe(true);
    });

    test.each(['light', 'dark'] as const)('reads well on a phone, %s', async (colorScheme) => {
      const { page, complaints } = await open('/catalogue', { viewport: { width: 360, height: 740 }, colorScheme });
      await page.evaluate(
        'document.querySelectorAll("article").forEach(({ style }) => style.contentVisibility = "visible")',
      );
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      const { smallest, faintest, paper } = await page.evaluate<Legibility>(legibility);
      expect(smallest).toBeGreaterThanOrEqual(14);
      expect(faintest.contrast).toBeGreaterThanOrEqual(4.5);
      expect(paper > 0.5 ? 'light' : 'dark').toBe(colorScheme);
      expect(complaints).toEqual([]);
    });
  },
);

interface Legibility {
  readonly smallest: number;
  readonly faintest: { readonly contrast: number; readonly text: string };
  readonly paper: number;
}

/** In the page: the smallest text, the least contrast of text against what is behind it (WCAG 1.4.3), how light it is. */
const legibility = `(() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor === 'rgba(0, 0, 0, 0)' && element.parentElement ? behind(element.parentElement) : backgroundColor;
  };
  const texts = [...document.querySelectorAll('body *')].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const found = texts.map((element) => {
    const { color, fontSize } = getComputedStyle(element);
    const [a, b] = [light(color), light(behind(element))].sort((x, y) => y - x);
    return { size: parseFloat(fontSize), contrast: (a + 0.05) / (b + 0.05), text: element.outerHTML.slice(0, 100) };
  });
  return {
    smallest: Math.min(...found.map(({ size }) => size)),
    faintest: found.reduce((least, one) => one.contrast < least.contrast ? one : least),
    paper: light(behind(document.body)),
  };
})()`;

inBrowser(
  'GraphiQL',
  () => system.url,
  (open) => {
    test('knows the schema and runs a query', async () => {
      const { page, complaints } = await open('/graphiql');
      await page.locator('.graphiql-query-editor .view-lines').click();
      await page.keyboard.press('Control+A');
      // The editor closes the braces that it sees opened: what it adds falls into the comment.
      await page.keyboard.insertText('{ about { demo } } #');
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await page.locator('.graphiql-response', { hasText: '"demo": true' }).waitFor();
      expect(complaints).toEqual([]);
    });
  },
);
