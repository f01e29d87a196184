/**
 * What Slack accepts at most. From the Block Kit and method references at docs.slack.dev, read 2026-11-22.
 * Lengths are counted in UTF-16 units, the strictest of the ways Slack might count.
 */
export const LIMITS = {
  blocksPerMessage: 50,
  blocksPerView: 100,
  section: 3000,
  field: 2000,
  fieldsPerSection: 10,
  header: 150,
  buttonText: 75,
  buttonValue: 2000,
  elementsPerActions: 25,
  elementsPerContext: 10,
  id: 255,
  privateMetadata: 3000,
  viewTitle: 24,
  viewButton: 24,
  inputLabel: 2000,
  inputHint: 2000,
  inputText: 3000,
  placeholder: 150,
  optionText: 75,
  optionValue: 150,
  options: 100,
  overflowOptions: 5,
  contextText: 2000,
  /** Beside blocks; above 4000 Slack may cut it. */
  text: 4000,
  /** Blocks that are legal one by one fail together from about here on (`msg_blocks_too_long`); counted as JSON. */
  messageTotal: 13_200,
} as const;
