/** One case: the talk and what happened at the left, what is known and what can be done at the right. */
import type { CaseEvent, CaseView } from '../../src/contracts/desk.ts';
import { Acts } from './case-acts.tsx';
import type { PageProps } from './pages.ts';
import { Loading, Tag, Time, Title, useAsked } from './parts.tsx';
import { Reveal } from './reveal.tsx';
import { TalkLines } from './talk-lines.tsx';
import type { CaseAnswer } from './wire.ts';
import {
  CASE_STATUS,
  CHANNELS,
  DELIVERY,
  EVENTS,
  FLOORS,
  GOALS,
  minutesOf,
  PRIORITIES,
  RATING,
} from './words.ts';

export function OneCase({ id, me, news }: PageProps & { readonly id: string }) {
  const { value, trouble, again } = useAsked<CaseAnswer>(
    `/cases/${encodeURIComponent(id)}`,
    news.stampOf(id),
  );
  if (value === undefined) {
    return (
      <>
        <Title>案件</Title>
        <Loading trouble={trouble} again={again} />
      </>
    );
  }
  const { case: view, causes } = value;
  return (
    <>
      <p>
        <a href="#/cases">← 全部案件</a>
      </p>
      <Title>案件 {view.number}</Title>
      <Head view={view} />
      <div class="split">
        <div>
          <Talk view={view} />
          <Timeline events={view.events} />
        </div>
        <div>
          <Acts view={view} causes={causes} me={me} onDone={again} />
          <Reveal view={view} me={me} onDone={again} />
          <Known view={view} />
        </div>
      </div>
    </>
  );
}

function Head({ view }: { view: CaseView }) {
  return (
    <dl class="facts">
      <Fact name="市民">
        {view.citizen} {view.isVerified ? <Tag tone="good">已核验</Tag> : <Tag tone="soft">未核验</Tag>}
      </Fact>
      <Fact name="来自">
        {CHANNELS[view.channel] ?? view.channel}
        {view.region === undefined ? '' : ` · ${view.region.name}`}
      </Fact>
      <Fact name="为什么转来">{view.reason.label}</Fact>
      <Fact name="状态">
        {CASE_STATUS[view.status]}，{FLOORS[view.floor]}
      </Fact>
      <Fact name="谁在办">{view.owner?.displayName ?? '还没有人认领'}</Fact>
      <Fact name="优先级">{PRIORITIES[view.priority]}</Fact>
      {view.goals.map((goal) => (
        <Fact key={goal.goal} name={GOALS[goal.goal] ?? goal.goal}>
          <Tag tone={goal.state === 'on_time' ? 'soft' : 'bad'}>{minutesOf(goal.minutesLeft)}</Tag>
        </Fact>
      ))}
      {view.snoozedUntil !== undefined && (
        <Fact name="稍后再看">
          <Time at={view.snoozedUntil} />
        </Fact>
      )}
      <Fact name="对话">
        <a href={`#/conversations/${view.conversation}`}>看整段对话和流程位置</a>
      </Fact>
      {view.previous !== undefined && (
        <Fact name="上一件">
          <a href={`#/cases/${view.previous.id}`}>{view.previous.number}</a>
        </Fact>
      )}
      {view.following !== undefined && (
        <Fact name="下一件">
          <a href={`#/cases/${view.following.id}`}>{view.following.number}</a>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Talk({ view }: { view: CaseView }) {
  return (
    <section aria-label="对话" class="panel">
      <h2>对话</h2>
      <TalkLines lines={view.talk} />
      {view.replies.some(({ delivery }) => delivery.state !== 'sent') && (
        <ul class="plainlist">
          {view.replies
            .filter(({ delivery }) => delivery.state !== 'sent')
            .map(({ key, text, delivery }) => (
              <li key={key}>
                <Tag tone={delivery.state === 'failed' ? 'bad' : 'soft'}>
                  {DELIVERY[delivery.code === 'uncertain' ? delivery.code : delivery.state]}
                </Tag>{' '}
                {text}
              </li>
            ))}
        </ul>
      )}
    </section>
  );
}

function Timeline({ events }: { events: readonly CaseEvent[] }) {
  return (
    <section aria-label="经过" class="panel">
      <h2>经过</h2>
      <ol class="timeline">
        {events.map((event) => (
          <li key={event.n}>
            <Time at={event.at} /> <b>{EVENTS[event.kind] ?? event.kind}</b>
            {event.by === undefined ? '' : `　${event.by.displayName}`}
            {event.text !== undefined && <p>{event.text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Known({ view }: { view: CaseView }) {
  return (
    <section aria-label="已知情况" class="panel">
      <h2>已知情况</h2>
      <p class="next">
        <b>下一步：</b>
        {view.next.because}
      </p>
      {view.asked.length > 0 && (
        <>
          <h3>市民说过</h3>
          <ul>
            {view.asked.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {view.findings.length > 0 && (
        <>
          <h3>可能的原因</h3>
          <ol>
            {view.findings.map(({ cause, title, p, because, against }) => (
              <li key={cause}>
                {title} <Tag tone="soft">{Math.round(p * 100)}%</Tag>
                {because.map(({ label }) => (
                  <small key={label}>支持：{label}</small>
                ))}
                {against.map(({ label }) => (
                  <small key={label}>不符：{label}</small>
                ))}
              </li>
            ))}
          </ol>
        </>
      )}
      {view.tried.length > 0 && (
        <>
          <h3>助手做过</h3>
          <ul>
            {view.tried.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {view.applications.length > 0 && (
        <>
          <h3>申请</h3>
          <ul>
            {view.applications.map(({ applicationNo, label }) => (
              <li key={applicationNo}>{label}</li>
            ))}
          </ul>
        </>
      )}
      {view.closing !== undefined && (
        <>
          <h3>办结</h3>
          <p>
            <Time at={view.closing.at} />，{view.closing.by.displayName}。真正的原因：
            {view.closing.trueCause?.title ?? '没有查明'}
          </p>
          {view.closing.note !== undefined && <p>{view.closing.note}</p>}
        </>
      )}
      {view.rating !== undefined && (
        <p>
          市民评价：{view.rating.isSatisfied ? '满意' : '不满意'}
          {view.rating.reason === undefined ? '' : `（${RATING[view.rating.reason]}）`}
        </p>
      )}
    </section>
  );
}
