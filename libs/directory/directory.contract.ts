import { createSecretKey, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Directory, DirectoryUnusable } from './directory.ts';

/** A place for a directory: opened as often as wanted, also by several at once, with what was left there. */
export interface Place {
  open(key: KeyObject): Promise<Directory>;
  remove(): Promise<void>;
}

export const key = createSecretKey(Buffer.alloc(32, 1));

/** What every directory does. */
export function directoryContract(name: string, place: () => Promise<Place>): void {
  describe(name, () => {
    let at: Place;
    let opened: Directory[];
    beforeEach(async () => {
      opened = [];
      at = await place();
    });
    afterEach(async () => {
      for (const directory of opened) await directory.close();
      await at.remove();
    });
    const open = async (under = key) => {
      const directory = await at.open(under);
      opened.push(directory);
      return directory;
    };
    const restart = async () => {
      for (const directory of opened.splice(0)) await directory.close();
      return open();
    };

    test('a subject is one person, today and after a restart', async () => {
      const anna = await (await open()).personRef('https://id.example', 'anna');
      expect(anna).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const again = await restart();
      expect(await again.personRef('https://id.example', 'anna')).toBe(anna);
      expect(await again.personRef('https://id.example', 'anna')).toBe(anna);
    });

    test('another subject, and the same subject of another issuer, is another person', async () => {
      const directory = await open();
      const refs = [
        await directory.personRef('https://id.example', 'anna'),
        await directory.personRef('https://id.example', 'Anna'),
        await directory.personRef('https://other.example', 'anna'),
        await directory.personRef('https://id.exampl', 'eanna'),
      ];
      expect(new Set(refs).size).toBe(4);
    });

    test('people are taken over from another directory as they are, once or twice, and nobody loses who they were', async () => {
      const there = await open();
      const people = [await there.personRef('i', 'anna'), await there.personRef('i', 'bo')];
      const entries = await there.entries();
      expect(entries.map(({ person }) => person).toSorted()).toEqual(people.toSorted());
      for (const directory of opened.splice(0)) await directory.close();
      await at.remove();
      at = await place();
      const here = await open();
      const cilla = await here.personRef('i', 'cilla');
      for (let times = 0; times < 2; times++) expect(await here.take(entries)).toEqual([]);
      expect([await here.personRef('i', 'anna'), await here.personRef('i', 'bo')]).toEqual(people);
      expect(await here.personRef('i', 'cilla')).toBe(cilla);
      expect(await here.entries()).toHaveLength(3);
    });

    test('nobody is taken over where one of them is somebody else already', async () => {
      const there = await open();
      await there.personRef('i', 'anna');
      await there.personRef('i', 'bo');
      const entries = await there.entries();
      for (const directory of opened.splice(0)) await directory.close();
      await at.remove();
      at = await place();
      const here = await open();
      const anna = await here.personRef('i', 'anna');
      const others = await here.take(entries);
      expect(others).toHaveLength(1);
      expect(entries).toContainEqual(others[0]);
      expect((await here.entries()).map(({ person }) => person)).toEqual([anna]);
    });

    test('a reference is random: another directory gives the same subject another', async () => {
      const here = await (await open()).personRef('i', 'anna');
      for (const directory of opened.splice(0)) await directory.close();
      await at.remove();
      at = await place();
      expect(await (await open()).personRef('i', 'anna')).not.toBe(here);
    });

    test('someone is known from the first token on, and nobody else is', async () => {
      const directory = await open();
      expect(await directory.knows('44444444-4444-4444-8444-444444444444')).toBe(false);
      expect(await directory.knows('')).toBe(false);
      expect(await directory.knows(await directory.personRef('i', 'anna'))).toBe(true);
    });

    test('two processes that meet the same new subjects at once agree on who they are', async () => {
      const [one, other] = [await open(), await open()];
      for (let n = 0; n < 50; n++) {
        const [first, second] = n % 2 === 0 ? [one, other] : [other, one];
        const [ref, same] = await Promise.all([
          first.personRef('i', `subject ${n}`),
          second.personRef('i', `subject ${n}`),
        ]);
        expect(same).toBe(ref);
        expect(await second.knows(ref)).toBe(true);
      }
    });

    test('it opens under no other secret than the one it was made with', async () => {
      await open();
      const other = at.open(createSecretKey(Buffer.alloc(32, 2)));
      await expect(other).rejects.toThrow(DirectoryUnusable);
      await expect(other).rejects.toThrow(/another secret: put back the SECRET_FILE/);
    });
  });
}
