import { NotBuilt, type Views } from '#read-store/read-store';
import { NotYetVisible } from './errors.ts';

/** The views as callers read them: one that is being built is not yet visible. */
export function shownViews(views: Views): Views {
  const shown = <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      throw error instanceof NotBuilt ? new NotYetVisible(1) : error;
    });
  return {
    rows: (view, wanted) => shown(views.rows(view, wanted)),
    history: (wanted) => shown(views.history(wanted)),
    releasedAt: (keys) => shown(views.releasedAt(keys)),
  };
}
