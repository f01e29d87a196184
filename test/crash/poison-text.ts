/** What kills the process in these tests. */
export const POISON_TEXT = '有毒的一句话';
