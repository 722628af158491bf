import { id } from '#kernel/fields';
import { query, rowsOf } from '#kernel/query';
import { modalities } from '../words.ts';
import { obligations } from './obligation.view.ts';

const { obligationId, row, modality, kind, text, hasEvidence, fulfilled, explanation } = obligations.row;

const strength = Object.keys(modalities.labels);

/** How far the duties of the decision are covered. */
export const obligationCoverage = query({
  name: 'obligationCoverage',
  says: 'Every obligation of a mandate, the strongest first, with whether it has evidence and is fulfilled.',
  args: { mandateId: id('The mandate.') },
  gives: {
    type: 'ObligationCoverage',
    says: 'How far an obligation is covered.',
    shape: { obligationId, row, modality, kind, text, hasEvidence, fulfilled, explanation },
  },
  reads: {
    obligations: rowsOf(obligations, ({ mandateId }: { readonly mandateId: string }) => ({ filter: { mandateId } })),
  },
  list: true,
  answer: ({ obligations }) =>
    obligations
      .flatMap(({ obligationId, row, modality, kind, text, hasEvidence, fulfilled, explanation }) =>
        obligationId && modality && kind && text
          ? [
              {
                obligationId,
                ...(row === undefined ? {} : { row }),
                modality,
                kind,
                text,
                hasEvidence: hasEvidence ?? false,
                fulfilled: fulfilled ?? false,
                ...(explanation && { explanation }),
              },
            ]
          : [],
      )
      .sort((a, b) => strength.indexOf(a.modality) - strength.indexOf(b.modality) || (a.row ?? 0) - (b.row ?? 0)),
});
