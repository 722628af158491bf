import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visibilityClasses } from '#kernel/envelope';
import { answerOf, type Parties, type Sees, type Viewer, visibilityTable } from '#kernel/visibility';
import { entry, nobody, put, row, type Tried } from './tried.contract.ts';
import { classNow, type Guard, knows, type MayKnow, mayKnow, partyText, seesWhole } from './may-know.ts';
import { historyName } from './read-store.ts';
import { letters } from './sample.contract.ts';
import { nothing } from './workspace.ts';

/** Who knows of what. */
export function showing(tried: Tried): void {
  describe('shows', () => {
    const anyone: MayKnow = [{ classes: ['PUBLIC'], marks: [] }];
    const release = 'letter:a';

    test('a row to those whom its class is for', async () => {
      await tried.store.commit(put('letters', row('a')));
      expect(await tried.keys('letters', { mayKnow: anyone })).toEqual([]);
      expect(await tried.keys('letters', { mayKnow: [{ classes: ['FINANCE'], marks: [] }] })).toEqual(['a']);
      expect(await tried.keys('letters', { mayKnow: [] })).toEqual([]);
    });

    test('a row to anyone only when its key was released later than its last change', async () => {
      await tried.store.commit({
        ...put('letters', row('a', {}, { release, at: 10 })),
        releases: [{ key: release, position: 10 }],
      });
      expect(await tried.keys('letters', { mayKnow: anyone })).toEqual([]);
      await tried.store.commit({ ...nothing, releases: [{ key: release, position: 11 }] });
      expect(await tried.keys('letters', { mayKnow: anyone })).toEqual(['a']);
      await tried.store.commit(put('letters', row('a', {}, { release, at: 12 })));
      expect(await tried.keys('letters', { mayKnow: anyone })).toEqual([]);
    });

    test('an event to anyone only when its key was released later than it', async () => {
      const secret = (position: number) =>
        entry(position, { class: 'FINANCE', guard: { release, at: position, parties: nobody } });
      await tried.store.commit({
        ...nothing,
        history: [secret(1), secret(3)],
        releases: [{ key: release, position: 2 }],
      });
      expect(await tried.store.history({ mayKnow: anyone, limit: 10 })).toEqual([1]);
    });

    test('a page that is full, as if what may not be known were not there', async () => {
      const rows = ['a', 'b', 'c', 'd'].map((key) => row(key, {}, { parties: key < 'c' ? '|C:x|' : '|C:X|' }));
      await tried.store.commit(put('letters', ...rows));
      const upper: MayKnow = [{ classes: ['FINANCE'], marks: ['|C:X|'] }];
      expect(await tried.keys('letters', { mayKnow: upper, limit: 2 })).toEqual(['c', 'd']);
    });

    test('rows and events exactly to those whom the predicate of the domain answers, and rows whole to those whom it answers yes', async () => {
      const views = visibilityClasses.map((of, i) => ({
        ...letters,
        name: `view_${i}`,
        seen: { ...letters.seen, class: of },
        columns: { text: { class: visibilityClasses[(i * 5 + 3) % visibilityClasses.length] ?? of } },
      }));
      await tried.reopen(views);
      await fc.assert(
        fc.asyncProperty(
          fc.array(guarded, { minLength: 1, maxLength: 12 }),
          viewer,
          table,
          async (things, who, sees) => {
            await tried.empty([...views.map(({ name }) => name), historyName]);
            const releases = new Map([
              ['early', 10],
              ['late', 1_000],
            ]);
            const numbered = things.map((thing, i) => ({ ...thing, key: `row ${i}`, position: 100 + i }));
            await tried.store.commit({
              ...nothing,
              views: views.flatMap(
                ({ name }) =>
                  put(
                    name,
                    ...numbered.map(({ key, guard, apart }) => ({
                      ...row(key, { letters: 1 }, guard),
                      columns: { text: { ...guard, ...(apart && { parties: '|C:elsewhere|' }) } },
                    })),
                  ).views,
              ),
              history: numbered.map(({ guard, of, position }) =>
                entry(position, { class: of, guard: { ...guard, at: position } }),
              ),
              releases: [...releases, ['early', 5] as const].map(([key, position]) => ({ key, position })),
            });
            const can = mayKnow(sees, who);
            const known = (of: (typeof visibilityClasses)[number], parties: Parties, guard: Guard) =>
              answerOf(sees, who, parties, classNow(of, guard, releases)) !== 'no';
            const whole = seesWhole(sees, who);
            for (const { of, parties, guard } of numbered)
              expect(knows(whole, of, guard.parties)).toBe(answerOf(sees, who, parties, of) === 'yes');
            for (const { name, seen, columns } of views) {
              const rows = await tried.store.rows(name, { mayKnow: can, whole, limit: 100 });
              const all = numbered.filter(({ parties, apart }) =>
                [seen, columns.text].every(({ class: of }) => !apart && answerOf(sees, who, parties, of) === 'yes'),
              );
              const found = rows.filter((one) => one.whole).map(({ key }) => key);
              expect(found.sort()).toEqual(all.map(({ key }) => key).sort());
              const expected = numbered.filter(({ parties, guard }) => known(seen.class, parties, guard));
              expect((await tried.keys(name, { mayKnow: can })).sort()).toEqual(expected.map(({ key }) => key).sort());
            }
            const expected = numbered.filter(({ of, parties, guard, position }) =>
              known(of, parties, { ...guard, at: position }),
            );
            expect(await tried.store.history({ mayKnow: can, limit: 100 })).toEqual(
              expected.map(({ position }) => position),
            );
          },
        ),
        { numRuns: 60 },
      );
    }, 300_000);
  });
}

/** Ids that differ only in case, and such as could pass for another relation if they were not escaped. */
const org = fc.constantFrom('o1', 'O1', 'o2', 'o1|C:o2', '%7C');
const person = fc.constantFrom('p1', 'P1');
const object = fc.constantFrom('h1', 'h2', 'H1');
const some = <T>(of: fc.Arbitrary<T>) => fc.uniqueArray(of, { maxLength: 2 });

const guarded = fc
  .record({
    of: fc.constantFrom(...visibilityClasses),
    release: fc.constantFrom(null, 'never', 'early', 'late'),
    at: fc.constantFrom(0, 9, 10, 11),
    apart: fc.boolean(),
    parties: fc.record({
      custodian: org,
      author: some(org),
      addressee: some(org),
      subject: fc.option(person, { nil: undefined }),
      home: some(object),
    }),
  })
  .map(({ of, release, at, apart, parties }) => ({
    of,
    parties,
    apart,
    guard: { release, at, parties: partyText(parties) },
  }));

const viewer: fc.Arbitrary<Viewer> = fc.record({
  person: fc.option(person, { nil: undefined }),
  grants: fc.array(
    fc
      .record({
        role: fc.constantFrom('FINANCE', 'TENDERER', 'PROCUREMENT_OFFICER', 'SUPERVISOR'),
        for: org,
        scope: fc.option(object),
      })
      .map(({ role, for: forOrg, scope }) => ({ role, org: forOrg, for: forOrg, ...(scope && { scopeId: scope }) })),
    { maxLength: 4 },
  ),
});

const real: Sees = visibilityTable(readFileSync(new URL('../delivery/visibility.csv', import.meta.url), 'utf8'));
/** The real table, and any other that shows PUBLIC to all. */
const table: fc.Arbitrary<Sees> = fc.oneof(
  fc.constant(real),
  fc.func(fc.constantFrom('no', 'no', 'no', 'own', 'yes')).map(
    (answer): Sees =>
      (role, relation, of) =>
        of === 'PUBLIC' && relation === 'ANYONE' ? 'yes' : answer(role, relation, of),
  ),
);
