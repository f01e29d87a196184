/** Our marks among the advisory locks of a database: any numbers nobody else uses. */
export const MIGRATION_LOCK = 4_715_501;
/** Shared by every process at work, in a pair with the schema; alone by whoever replaces the data. */
export const PRESENCE_LOCK = 4_715_502;
/** In a pair with the schema and what it is about: held by the one process that has it. */
export const ALONE_LOCK = 4_715_503;
