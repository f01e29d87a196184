/** The page on which a payer names a relative, reads the 承诺书 and signs it. */
import type { PersonRecord } from '../contracts/store.ts';
import type { Day, DocumentType } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import { personDigest } from '../domain/masking.ts';
import { isDocumentType, readDocumentNumber, readName } from './documents.ts';
import { type FieldFault, type Refusal, textOf } from './fields.ts';
import { readSignature } from './signature.ts';

export interface RelativeForm {
  readonly kind: 'filled';
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  /** Full years, null where the document does not tell. */
  readonly age: number | null;
  readonly signature: string;
}

/** Reads the whole form and reports every fault at once, in the order of the page. */
export function readRelative(fields: JsonObject, payer: PersonRecord, today: Day): RelativeForm | Refusal {
  const typed = textOf(fields.documentType) || 'resident_id';
  const documentType = isDocumentType(typed) ? typed : undefined;
  const name = readName(textOf(fields.name), documentType ?? 'resident_id');
  const number = readDocumentNumber(textOf(fields.documentNumber), documentType ?? 'resident_id', today);
  const signature = readSignature(textOf(fields.signature));
  const faults: FieldFault[] = [];

  if (!name.ok) faults.push({ field: 'name', ...name });
  if (documentType === undefined) faults.push({ field: 'documentType', reply: 'secure.error.document_type' });
  else if (!number.ok) faults.push({ field: 'documentNumber', ...number });
  else if (isOwn(documentType, number.number, payer)) {
    faults.push({ field: 'documentNumber', reply: 'secure.error.own_document' });
  }
  if (fields.agreed !== true) faults.push({ field: 'agreed', reply: 'secure.error.not_agreed' });
  if (!signature.ok) faults.push({ field: 'signature', ...signature });

  if (faults.length > 0 || !name.ok || !number.ok || !signature.ok || documentType === undefined) {
    return { kind: 'refused', faults };
  }
  return {
    kind: 'filled',
    name: name.name,
    documentType,
    documentNumber: number.number,
    age: number.age,
    signature: signature.signature,
  };
}

function isOwn(documentType: DocumentType, number: string, payer: PersonRecord): boolean {
  return personDigest(documentType, number) === personDigest(payer.documentType, payer.documentNumber);
}
