/** The classes of stored data, by what they are for and how long they stay. */
export const DATA_CLASSES = [
  'identity',
  'pledges',
  'consents',
  'messages',
  'conversations',
  'applications',
  'tasks',
  'cases',
  'links',
  'timers',
  'unsure_words',
  'staff_items',
  'staff',
  'receipts',
  'audit',
] as const;
export type DataClassId = (typeof DATA_CLASSES)[number];
