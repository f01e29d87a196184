/** The contract as an OpenAPI 3.1 document, made of the very schemas that client and gateway parse with. */
import { dump } from 'js-yaml';
import { z } from 'zod';
import { OPERATION_IDS, OPERATIONS } from './operations.ts';
import { PROBLEM_TYPE, PROBLEMS, type ProblemCode, problem } from './problem.ts';
import { ANSWERS, idempotencyKey, NAMED, type OperationId, REQUESTS } from './schema.ts';

/** Grows by addition only; a change that breaks an office is `/v2`. */
const VERSION = '1.0.0';

type JsonSchema = Record<string, unknown>;

export function openApiDocument(): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Family mutual aid: the office',
      version: VERSION,
      summary: 'What an assistant asks of the office that keeps accounts, relations and applications.',
      description: DESCRIPTION,
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    security: [{ mutualTls: [] }, { signature: [], signatureInput: [] }],
    paths: Object.fromEntries(OPERATION_IDS.map((id) => [OPERATIONS[id].path, { post: operationOf(id) }])),
    components: { schemas: namedSchemas(), responses: problems(), securitySchemes: SECURITY },
  };
}

export function openApiYaml(): string {
  const head = '# Made by: gongji openapi --yaml. Do not edit.\n';
  return head + dump(openApiDocument(), { lineWidth: 110, noRefs: true });
}

const DESCRIPTION = `Every request is a POST with a JSON body, the reading ones too: what identifies a person never stands in an address.

An act carries an Idempotency-Key. The office does the same key once and answers it always alike. After a time-out nobody knows whether it acted: /v1/outcome tells, and is asked before anything is sent again. It says "unknown" only of a key it never saw.

A refusal by a rule is 422 with the code "refused". Requests are strict, answers may grow.`;

const SECURITY = {
  mutualTls: { type: 'mutualTLS', description: 'A client certificate the office knows.' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description: 'RFC 9421 with hmac-sha256, over what Signature-Input lists.',
  },
  signatureInput: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature-Input',
    description:
      'sig1=("@method" "@path" "content-digest" ["idempotency-key"]);created;nonce;keyid;alg="hmac-sha256". At most 120 s old, a nonce counts once.',
  },
};

function operationOf(id: OperationId): JsonSchema {
  const { summary, isSafe, mayRefuse, timeoutMs } = OPERATIONS[id];
  return {
    operationId: id,
    summary,
    'x-safe': isSafe,
    'x-timeout-ms': timeoutMs,
    ...(id === 'act' ? { parameters: [KEY_PARAMETER] } : {}),
    requestBody: { required: true, content: { 'application/json': { schema: reference(REQUESTS[id]) } } },
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: reference(ANSWERS[id]) } } },
      ...Object.fromEntries(
        statusesOf(id, mayRefuse).map((status) => [
          status,
          { $ref: `#/components/responses/Problem${status}` },
        ]),
      ),
    },
  };
}

const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: reference(idempotencyKey),
};

function statusesOf(id: OperationId, mayRefuse: boolean): number[] {
  return [...new Set(Object.values(PROBLEMS).map(({ status }) => status))].filter(
    (status) => status !== 404 && (status !== 422 || mayRefuse) && (status !== 409 || id === 'act'),
  );
}

function problems(): JsonSchema {
  const byStatus = Map.groupBy(Object.keys(PROBLEMS) as ProblemCode[], (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      `Problem${status}`,
      {
        description: codes.map((code) => `${code}: ${PROBLEMS[code].title}`).join('. '),
        content: { [PROBLEM_TYPE]: { schema: reference(problem) } },
      },
    ]),
  );
}

// === JSON schemas, all by reference

function uri(id: string): string {
  return `#/components/schemas/${id}`;
}

function reference(schema: z.ZodType): JsonSchema {
  const named = NAMED.get(schema);
  if (named === undefined) throw new Error('A body of the contract has no name; register it in schema.ts');
  return { $ref: uri(named.id) };
}

function namedSchemas(): JsonSchema {
  // As it travels: what is read tolerantly is not described as closed.
  const { schemas } = z.toJSONSchema(NAMED, {
    uri,
    io: 'input',
    metadata: NAMED,
    override: ({ jsonSchema }) => leaveOut(jsonSchema),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]),
  );
}

/** What zod adds for its own checks: a calendar as a pattern, and how far a number in JavaScript is exact. */
function leaveOut(schema: JsonSchema): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}
