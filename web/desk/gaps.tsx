/** What nobody could answer, what colleagues propose to know from now on, and approving it. */
import { useState } from 'preact/hooks';
import type { PageProps } from './pages.ts';
import { Loading, Tag, Time, Title, useAsked } from './parts.tsx';
import { ProposalForm } from './proposal-form.tsx';
import { type Gap, type GapsAnswer, type Me, newKey, type Proposal, post } from './wire.ts';
import { troubleWords } from './words.ts';

export function Gaps({ me }: PageProps) {
  const { value, trouble, again } = useAsked<GapsAnswer>('/gaps');
  return (
    <>
      <Title>没答上的</Title>
      {value === undefined ? (
        <Loading trouble={trouble} again={again} />
      ) : (
        <>
          <h2>同事的建议</h2>
          {value.proposals.length === 0 && <p class="quiet">还没有。</p>}
          <ul class="cards">
            {value.proposals.map((proposal) => (
              <OneProposal key={proposal.id} proposal={proposal} me={me} onDone={again} />
            ))}
          </ul>
          <h2>没答上的说法</h2>
          <p class="quiet">相近的说法归在一起，号码已隐去。</p>
          {value.gaps.length === 0 && <p class="quiet">没有。</p>}
          <ul class="cards">
            {value.gaps.map((gap) => (
              <OneGap key={gap.key} gap={gap} onDone={again} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function OneGap({ gap, onDone }: { gap: Gap; onDone: () => void }) {
  const [isOpen, open] = useState(false);
  const { key, examples, count, guesses, cases, lastAt } = gap;
  return (
    <li class="panel">
      <h3>{examples[0]}</h3>
      <p>
        <Tag>{count} 次</Tag> 最近 <Time at={lastAt} />
      </p>
      {examples.slice(1).map((text) => (
        <p key={text}>也有人说：{text}</p>
      ))}
      <p>当成过：{guesses.map(({ label, p }) => `${label} ${Math.round(p * 100)}%`).join('，') || '—'}</p>
      {cases.length > 0 && <p>转人工：{cases.map(({ number }) => number).join('、')}</p>}
      <button type="button" class="button" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
        提建议
      </button>
      {isOpen && <ProposalForm path={`/gaps/${encodeURIComponent(key)}/proposals`} onDone={onDone} />}
    </li>
  );
}

interface ProposalProps {
  readonly proposal: Proposal;
  readonly me: Me;
  readonly onDone: () => void;
}

function OneProposal({ proposal, me, onDone }: ProposalProps) {
  const [said, say] = useState<string>();
  const [key] = useState(newKey);
  const { id, kind, state, label, sentence, entry, text, by, at, approvedBy } = proposal;
  async function approve(): Promise<void> {
    const answer = await post(`/gaps/proposals/${encodeURIComponent(id)}/approve`, { key });
    if (answer.ok) onDone();
    else say(troubleWords(answer));
  }
  return (
    <li class="panel">
      <h3>{sentence}</h3>
      <p>
        {kind === 'example' ? `归到“${label}”` : `新的回答（${label}）`}
        {entry === undefined ? '' : `，用回答 ${entry}`}
      </p>
      {text !== undefined && <blockquote class="shown">{text}</blockquote>}
      <p>
        {by.displayName}，<Time at={at} />{' '}
        {state === 'approved' ? (
          <Tag tone="good">{approvedBy?.displayName ?? ''} 已审核</Tag>
        ) : (
          <Tag tone="soft">等另一位同事审核</Tag>
        )}
      </p>
      {state === 'open' && by.id !== me.id && (
        <button type="button" class="button main" onClick={() => void approve()}>
          审核通过
        </button>
      )}
      <p role="status" class="error">
        {said}
      </p>
    </li>
  );
}
