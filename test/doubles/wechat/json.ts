/** Bodies are read as objects of unknown fields; nothing here trusts them. */
export type Json = Record<string, unknown>;

export function fieldsOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
