/**
 * What a turn changes, in one transaction. The version decides: whoever loaded an older state changes
 * nothing and is told so.
 */
import type { Mailbox, NewLink, NewTask, NewTimer, TurnCommit } from '../contracts/store.ts';
import type { Case } from '../domain/case.ts';
import type { StoreContext } from './context.ts';
import { concernsDesk, knownCases, recordTurn } from './desk-turn.ts';
import { toMs, writeConversation } from './parse.ts';
import { prepared, preparedRows } from './prepared.ts';
import { reviewWriter } from './review-items.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';
import { withCommit } from './with-commit.ts';

export function turns(context: StoreContext, rooms: Rooms): Pick<Mailbox, 'commitTurn'> {
  const { inTx, clock, engine } = context;
  const writeState = stateWriter(context);
  const writeLog = logWriter(context);
  const writeReplies = replyWriter(context);
  const writeFollowUps = followUpWriter(context);
  const writeReview = reviewWriter(context);
  return {
    async commitTurn(commit) {
      const isForDesk = concernsDesk(commit);
      const committed = await inTx<'committed' | 'stale'>(async (tx, abandon) => {
        const at = clock.now();
        const { id } = commit.conversation;
        const lines = commit.replies.length;
        // Sent together: over a network each journey would cost more than the writing. The numbers come first, since
        // whoever holds them holds the conversation.
        const [{ seq, auditN }, after, isFresh] = await Promise.all([
          rooms.takeNumbers(tx, id, { lines, audits: 1 }),
          rooms.endOfChain(tx, id),
          writeState(tx, commit, at),
        ]);
        if (!isFresh) return abandon('stale');
        const known = isForDesk ? await knownCases(tx, commit) : new Set<string>();
        await withCommit(tx, writeLog(tx, commit, at));
        await withCommit(tx, writeReplies(tx, commit, { firstPosition: seq - lines + 1, at }));
        const audited = {
          conversation: id,
          n: auditN,
          after,
          actor: 'assistant',
          action: 'turn.committed',
          data: auditData(commit),
        } as const;
        await withCommit(tx, rooms.appendAudit(tx, audited));
        await writeFollowUps(tx, commit, at);
        await writeReview(tx, commit, at);
        if (isForDesk) await recordTurn(tx, rooms.desk, commit, { at, known });
        await withCommit(tx, engine.finishInTx(tx, { queue: 'address', key: id }));
        return 'committed';
      });
      if (committed === 'committed' && isForDesk) rooms.desk.ring();
      return committed;
    },
  };
}

function auditData(commit: TurnCommit) {
  const ids = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id);
  return {
    version: commit.conversation.version,
    seqs: commit.seqs,
    effects: commit.log.effects,
    tasks: ids(commit.tasks),
    links: ids(commit.links),
    cases: ids(commit.cases),
  };
}

// === Conversation, turn log, inbox

function stateWriter({ db }: StoreContext) {
  const update = prepared(
    (p: { id: string; loaded: number; version: number; status: string; state: string; at: number }) =>
      db
        .updateTable('conversations')
        .set({ version: p.version, status: p.status, state: p.state, updated_at: p.at })
        .where('id', '=', p.id)
        .where('version', '=', p.loaded),
  );
  return async (tx: Tx, { conversation }: TurnCommit, at: number): Promise<boolean> => {
    const { id, version, status } = conversation;
    const state = writeConversation(conversation);
    const { changed } = await update(tx, { id, loaded: version - 1, version, status, state, at });
    return changed > 0;
  };
}

function logWriter({ db }: StoreContext) {
  const close = preparedRows((p: readonly { conversation: string; seq: number; at: number }[]) => {
    const first = p[0] as (typeof p)[number];
    return db
      .updateTable('inbox')
      .set({ closed_at: first.at })
      .where('conversation_id', '=', first.conversation)
      .where(
        'seq',
        'in',
        p.map((row) => row.seq),
      )
      .where('closed_at', 'is', null);
  });
  const log = prepared(
    (p: { conversation: string; version: number; seqs: string; log: string; at: number }) =>
      db
        .insertInto('turns')
        .values({ conversation_id: p.conversation, version: p.version, seqs: p.seqs, log: p.log, at: p.at }),
  );
  const rememberPerson = prepared((p: { person: string; conversation: string; at: number }) =>
    db
      .insertInto('conversation_persons')
      .values({ person_ref: p.person, conversation_id: p.conversation, at: p.at })
      .onConflict((conflict) =>
        conflict.columns(['person_ref', 'conversation_id']).doUpdateSet({ at: p.at }),
      ),
  );

  return async (tx: Tx, { conversation, seqs, log: entry }: TurnCommit, at: number): Promise<void> => {
    const { id, version } = conversation;
    const person = conversation.profile.person?.ref;
    await Promise.all([
      seqs.length > 0 &&
        close(
          tx,
          seqs.map((seq) => ({ conversation: id, seq, at })),
        ),
      log(tx, { conversation: id, version, seqs: JSON.stringify(seqs), log: JSON.stringify(entry), at }),
      person !== undefined && rememberPerson(tx, { person, conversation: id, at }),
    ]);
  };
}

// === Replies

interface NewReply {
  readonly key: string;
  readonly conversation: string;
  readonly position: number;
  readonly part: string;
  readonly at: number;
}

function replyWriter({ db, engine }: StoreContext) {
  const insert = preparedRows((rows: readonly NewReply[]) =>
    db.insertInto('outbox').values(
      rows.map((row) => ({
        key: row.key,
        conversation_id: row.conversation,
        position: row.position,
        part: row.part,
        state: 'pending' as const,
        attempts: 0,
        due_at: row.at,
        error: null,
        created_at: row.at,
        closed_at: null,
      })),
    ),
  );
  return async (tx: Tx, commit: TurnCommit, place: { firstPosition: number; at: number }): Promise<void> => {
    const { conversation, replies, seqs } = commit;
    if (replies.length === 0) return;
    // A turn without an inbox item (there should be none) still has a key of its own.
    const turn = seqs.length > 0 ? Math.max(...seqs) : `v${conversation.version}`;
    await Promise.all([
      insert(
        tx,
        replies.map((part, index) => ({
          key: `${conversation.id}:${turn}:${index}`,
          conversation: conversation.id,
          position: place.firstPosition + index,
          part: JSON.stringify(part),
          at: place.at,
        })),
      ),
      engine.enqueueInTx(tx, { queue: 'outbox', key: conversation.id }),
    ]);
  };
}

// === Tasks, links, timers, cases: rare, so written one by one

function followUpWriter(context: StoreContext) {
  const { engine } = context;
  const insert = followUpStatements(context);

  async function addTask(tx: Tx, conversation: string, task: NewTask, at: number): Promise<void> {
    await insert.task(tx, {
      id: task.id,
      conversation,
      name: task.name,
      input: JSON.stringify(task.input),
      at,
    });
    await engine.enqueueInTx(tx, { queue: 'task', key: task.id });
  }

  async function addLink(tx: Tx, conversation: string, link: NewLink): Promise<void> {
    const { id, tokenDigest, purpose, context: words, expiresAt } = link;
    await insert.link(tx, {
      id,
      conversation,
      tokenDigest,
      purpose,
      words: JSON.stringify(words),
      expiresAt,
    });
  }

  async function addTimer(tx: Tx, conversation: string, id: string, timer: NewTimer): Promise<void> {
    const { name, dueAt, params } = timer;
    await insert.timer(tx, { id, conversation, name, params: JSON.stringify(params), dueAt });
    await engine.enqueueInTx(tx, { queue: 'address', key: conversation }, { startAt: dueAt });
  }

  async function addCase(tx: Tx, opened: Case): Promise<void> {
    const { id, number, conversation, status, openedAt } = opened;
    const data = JSON.stringify(opened);
    await insert.case(tx, { id, number, conversation, status, data, openedAt: toMs(openedAt) });
  }

  return async (tx: Tx, commit: TurnCommit, at: number): Promise<void> => {
    const { id, version } = commit.conversation;
    for (const task of commit.tasks) await addTask(tx, id, task, at);
    for (const link of commit.links) await addLink(tx, id, link);
    for (const [index, timer] of commit.timers.entries()) {
      await addTimer(tx, id, `${id}:${version}:${index}`, timer);
    }
    for (const opened of commit.cases) await addCase(tx, opened);
  };
}

function followUpStatements({ db }: StoreContext) {
  return {
    task: prepared((p: { id: string; conversation: string; name: string; input: string; at: number }) =>
      db.insertInto('tasks').values({
        id: p.id,
        conversation_id: p.conversation,
        name: p.name,
        input: p.input,
        attempts: 0,
        due_at: p.at,
        created_at: p.at,
      }),
    ),
    link: prepared(
      (p: {
        id: string;
        conversation: string;
        tokenDigest: string;
        purpose: string;
        words: string;
        expiresAt: number;
      }) =>
        db.insertInto('links').values({
          id: p.id,
          conversation_id: p.conversation,
          token_digest: p.tokenDigest,
          purpose: p.purpose,
          context: p.words,
          expires_at: p.expiresAt,
        }),
    ),
    timer: prepared((p: { id: string; conversation: string; name: string; params: string; dueAt: number }) =>
      db.insertInto('timers').values({
        id: p.id,
        conversation_id: p.conversation,
        name: p.name,
        params: p.params,
        due_at: p.dueAt,
      }),
    ),
    case: prepared(
      (p: {
        id: string;
        number: string;
        conversation: string;
        status: string;
        data: string;
        openedAt: number;
      }) =>
        db
          .insertInto('cases')
          .values({
            id: p.id,
            number: p.number,
            conversation_id: p.conversation,
            status: p.status,
            data: p.data,
            opened_at: p.openedAt,
          })
          // A later turn may add to a case it opened before.
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ status: p.status, data: p.data })),
    ),
  };
}
