/** Stands where a conversation's id stands in the audit, for what concerns the whole house: keys and retention. */
export const HOUSE_CHAIN = 'house';
