/** The tables of the desk's adviser; see `contracts/advice-store.ts`. */
export interface AdviceTables {
  /** `distance` is null until it was sent or edited. */
  drafts: {
    case_id: string;
    id: string;
    entry: string;
    text: string;
    source: string | null;
    region: string | null;
    checked: string | null;
    offered_at: number;
    outcome: string | null;
    by_id: string | null;
    distance: number | null;
  };
  triages: {
    id: string;
    by_id: string;
    text: string;
    record: string;
    at: number;
    case_id: string | null;
  };
  proposals: {
    id: string;
    kind: string;
    intent: string;
    sentence: string;
    entry: string | null;
    text: string | null;
    case_id: string | null;
    by_id: string;
    at: number;
    approved_by: string | null;
    approved_key: string | null;
    approved_at: number | null;
  };
}
