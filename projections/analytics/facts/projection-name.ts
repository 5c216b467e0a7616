/** The projection that keeps the facts: what reports are asked of (`ReadModels.ask`). */
export const COHORT_RETENTION = 'cohort-retention';
