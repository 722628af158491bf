import { expect, test } from '@jest/globals';
import { NotBuilt, type Views } from '#read-store/read-store';
import { NotYetVisible } from './errors.ts';
import { shownViews } from './shown-views.ts';

const failing = (error: Error): Views => {
  const fail = () => Promise.reject(error);
  return { rows: fail, history: fail, releasedAt: fail };
};
const asked = (views: Views) => [
  views.rows('cost', { mayKnow: [], limit: 1 }),
  views.history({ mayKnow: [], limit: 1 }),
  views.releasedAt(['year:2017']),
];

test('a view that is being built is not yet visible: the caller is told to ask again', async () => {
  for (const answer of asked(shownViews(failing(new NotBuilt('cost is being built'))))) {
    const error = await answer.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotYetVisible);
    expect((error as NotYetVisible).extensions).toEqual({ code: 'NOT_YET_VISIBLE', retryAfter: 1 });
  }
});

test('what breaks stays what it is', async () => {
  for (const answer of asked(shownViews(failing(new RangeError('broken')))))
    await expect(answer).rejects.toThrow(RangeError);
});
