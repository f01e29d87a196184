/** The list of cases, and one case when its id stands in the address. */
import { useEffect, useState } from 'preact/hooks';
import type { CasePage } from '../../src/contracts/desk.ts';
import { OneCase } from './case.tsx';
import type { PageProps } from './pages.ts';
import { Input, Loading, Select, Table, Tag, Time, Title, useAsked } from './parts.tsx';
import { type CaseHead, type Choices, post, type Told } from './wire.ts';
import { CASE_STATUS, CHANNELS, GOALS, minutesOf, PRIORITIES, SHOW } from './words.ts';

export function Cases(props: PageProps) {
  return props.id === undefined ? <List {...props} /> : <OneCase {...props} id={props.id} />;
}

interface Filter {
  readonly show: string;
  readonly priority: string;
  readonly channel: string;
  readonly symptom: string;
  readonly region: string;
  readonly find: string;
  readonly openedFrom: string;
  readonly openedUntil: string;
}

const EVERYTHING: Filter = {
  show: 'queue',
  priority: '',
  channel: '',
  symptom: '',
  region: '',
  find: '',
  openedFrom: '',
  openedUntil: '',
};

/** Kept while the page is open, so that coming back from a case shows the same list. */
let lastFilter = EVERYTHING;

function List({ news }: PageProps) {
  const [filter, setFilter] = useState(lastFilter);
  const [after, setAfter] = useState<string>();
  const [told, tell] = useState<Told<CasePage>>();
  const choices = useAsked<Choices>('/cases/choices').value;

  useEffect(() => {
    lastFilter = filter;
    let isCurrent = true;
    void post<CasePage>('/cases/list', asked(filter, after)).then((answer) => {
      if (isCurrent) tell(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, [filter, after, news.stamp]);

  function change(part: Partial<Filter>): void {
    setAfter(undefined);
    setFilter({ ...filter, ...part });
  }

  return (
    <>
      <Title>案件</Title>
      <fieldset class="tabs" aria-label="看哪些">
        {Object.entries(SHOW).map(([id, label]) => (
          <button
            type="button"
            key={id}
            aria-pressed={filter.show === id}
            onClick={() => change({ show: id })}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <details class="filters">
        <summary>筛选</summary>
        <div class="fields">
          <Input label="编号或内容" type="search" value={filter.find} onInput={(find) => change({ find })} />
          <Select
            label="优先级"
            value={filter.priority}
            options={PRIORITIES}
            none="全部"
            onChange={(priority) => change({ priority })}
          />
          <Select
            label="渠道"
            value={filter.channel}
            options={CHANNELS}
            none="全部"
            onChange={(channel) => change({ channel })}
          />
          <Select
            label="问题"
            value={filter.symptom}
            options={Object.fromEntries((choices?.symptoms ?? []).map(({ id, label }) => [id, label]))}
            none="全部"
            onChange={(symptom) => change({ symptom })}
          />
          <Select
            label="地区"
            value={filter.region}
            options={Object.fromEntries((choices?.regions ?? []).map(({ code, name }) => [code, name]))}
            none="全部"
            onChange={(region) => change({ region })}
          />
          <Input
            label="从"
            type="date"
            value={filter.openedFrom}
            onInput={(openedFrom) => change({ openedFrom })}
          />
          <Input
            label="到"
            type="date"
            value={filter.openedUntil}
            onInput={(openedUntil) => change({ openedUntil })}
          />
          <button type="button" class="button" onClick={() => change(EVERYTHING)}>
            清除
          </button>
        </div>
      </details>
      {told?.ok ? (
        <Found page={told.value} isFirst={after === undefined} onPage={setAfter} />
      ) : (
        <Loading trouble={told} again={() => setFilter({ ...filter })} />
      )}
    </>
  );
}

function asked(filter: Filter, after: string | undefined): object {
  const given = Object.entries({ ...filter, after }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return Object.fromEntries(given);
}

interface FoundProps {
  readonly page: CasePage;
  readonly isFirst: boolean;
  readonly onPage: (after: string | undefined) => void;
}

function Found({ page, isFirst, onPage }: FoundProps) {
  return (
    <>
      <p class="quiet" role="status">
        共 {page.total} 件
      </p>
      {page.cases.length > 0 && (
        <Table caption="案件">
          <thead>
            <tr>
              <th scope="col">编号</th>
              <th scope="col">市民</th>
              <th scope="col">问题</th>
              <th scope="col">状态</th>
              <th scope="col">时限</th>
              <th scope="col">转来时间</th>
            </tr>
          </thead>
          <tbody>
            {page.cases.map((head) => (
              <Row key={head.id} head={head} />
            ))}
          </tbody>
        </Table>
      )}
      <p class="more">
        {!isFirst && (
          <button type="button" class="button" onClick={() => onPage(undefined)}>
            回到第一页
          </button>
        )}
        {page.next !== undefined && (
          <button type="button" class="button" onClick={() => onPage(page.next)}>
            下一页
          </button>
        )}
      </p>
    </>
  );
}

function Row({ head }: { head: CaseHead }) {
  const { goal } = head;
  return (
    <tr>
      <th scope="row">
        <a href={`#/cases/${head.id}`}>{head.number}</a>
      </th>
      <td>
        {head.citizen}
        <small>
          {CHANNELS[head.channel] ?? head.channel}
          {head.region === undefined ? '' : ` · ${head.region.name}`}
        </small>
      </td>
      <td class="wide">
        {head.symptom?.label ?? head.reason.label}
        <small>{head.subject}</small>
      </td>
      <td>
        {CASE_STATUS[head.status] ?? head.status}
        <small>{head.owner?.displayName ?? ''}</small>
        {head.priority !== 'normal' && (
          <Tag tone={head.priority === 'low' ? 'soft' : 'bad'}>{PRIORITIES[head.priority]}</Tag>
        )}
        {head.hasFailedReply && <Tag tone="bad">有答复没送到</Tag>}
      </td>
      <td>
        {goal === undefined ? (
          '—'
        ) : (
          <>
            <Tag tone={goal.state === 'on_time' ? 'soft' : 'bad'}>{minutesOf(goal.minutesLeft)}</Tag>
            <small>{GOALS[goal.goal]}</small>
          </>
        )}
      </td>
      <td>
        <Time at={head.openedAt} />
      </td>
    </tr>
  );
}
