/** Conversations, masked: the list, and one with its place on the flows. */
import { useState } from 'preact/hooks';
import { FlowChart } from './flow-chart.tsx';
import type { PageProps } from './pages.ts';
import {
  Loading,
  More,
  query,
  Select,
  Table,
  Tag,
  Time,
  Title,
  ToStart,
  useAsked,
  usePages,
} from './parts.tsx';
import { TalkLines } from './talk-lines.tsx';
import type { Page, Talk, TalkHead } from './wire.ts';
import { CASE_STATUS, CHANNELS, TALK_STATUS } from './words.ts';

export function Talks(props: PageProps) {
  return props.id === undefined ? <List {...props} /> : <One {...props} id={props.id} />;
}

function List({ news }: PageProps) {
  const [status, setStatus] = useState('');
  const [channel, setChannel] = useState('');
  const pages = usePages();
  const { value, trouble, again } = useAsked<Page<TalkHead>>(
    `/conversations${query({ status, channel, after: pages.after })}`,
    news.stamp,
  );
  return (
    <>
      <Title>对话</Title>
      <div class="fields">
        <Select
          label="状态"
          value={status}
          options={TALK_STATUS}
          none="全部"
          onChange={(to) => {
            pages.restart();
            setStatus(to);
          }}
        />
        <Select
          label="渠道"
          value={channel}
          options={CHANNELS}
          none="全部"
          onChange={(to) => {
            pages.restart();
            setChannel(to);
          }}
        />
      </div>
      {value === undefined ? (
        <Loading trouble={trouble} again={again} />
      ) : (
        <>
          <Table caption="对话">
            <thead>
              <tr>
                <th scope="col">最近一次</th>
                <th scope="col">渠道</th>
                <th scope="col">状态</th>
                <th scope="col">案件</th>
              </tr>
            </thead>
            <tbody>
              {value.rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <a href={`#/conversations/${row.id}`}>
                      <Time at={row.updatedAt} />
                    </a>
                  </th>
                  <td>{CHANNELS[row.channel] ?? row.channel}</td>
                  <td>{TALK_STATUS[row.status] ?? row.status}</td>
                  <td>
                    {row.openCase === undefined ? (
                      '—'
                    ) : (
                      <a href={`#/cases/${row.openCase.id}`}>{row.openCase.number}</a>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
          <ToStart pages={pages} />
          <More next={value.next} onMore={pages.go} />
        </>
      )}
    </>
  );
}

function One({ id, news }: PageProps & { readonly id: string }) {
  const { value, trouble, again } = useAsked<Talk>(`/conversations/${encodeURIComponent(id)}`, news.stamp);
  if (value === undefined) {
    return (
      <>
        <Title>对话</Title>
        <Loading trouble={trouble} again={again} />
      </>
    );
  }
  return (
    <>
      <p>
        <a href="#/conversations">← 全部对话</a>
      </p>
      <Title>对话</Title>
      <p>
        {CHANNELS[value.channel] ?? value.channel}
        {value.region === undefined ? '' : ` · ${value.region.name}`} · <Tag>{TALK_STATUS[value.status]}</Tag>{' '}
        {value.cases.map((one) => (
          <a key={one.id} href={`#/cases/${one.id}`}>
            案件 {one.number}（{CASE_STATUS[one.status]}）
          </a>
        ))}{' '}
        <button type="button" class="plain" onClick={again}>
          刷新
        </button>
      </p>
      <div class="split">
        <section aria-label="对话" class="panel">
          <h2>说过的话</h2>
          <TalkLines lines={value.talk} />
        </section>
        <div>
          <section aria-label="流程位置" class="panel">
            <h2>现在走到哪里</h2>
            <FlowChart name="conversation" standing={value.life} />
            {value.flows.length === 0 && <p class="quiet">没有正在办的事。</p>}
            {value.flows.map((flow, index) => (
              <div key={index}>
                <h3>
                  {flow.label}（{flow.flow}@{flow.version}）{index > 0 ? '（等上一层办完再接着）' : ''}
                </h3>
                <p class="quiet">已经知道：{flow.given.length === 0 ? '还没有' : flow.given.join('、')}</p>
                <FlowChart name={flow.flow} standing={flow} />
              </div>
            ))}
          </section>
          <section aria-label="每一步" class="panel">
            <h2>每一步</h2>
            <ol class="timeline">
              {value.turns.map((turn) => (
                <li key={turn.version}>
                  <Time at={turn.at} /> <b>{turn.events.join('、') || '—'}</b>
                  <p>
                    {[turn.effects.join('、'), turn.to.length === 0 ? '' : `→ ${turn.to.join(' › ')}`]
                      .join('　')
                      .trim()}
                  </p>
                </li>
              ))}
            </ol>
          </section>
        </div>
      </div>
    </>
  );
}
