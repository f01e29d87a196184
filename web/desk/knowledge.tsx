/** The knowledge: what holds in a region on a day, and every answer as a citizen would read it. */
import { useState } from 'preact/hooks';
import { Entry } from './entry.tsx';
import type { PageProps } from './pages.ts';
import { Input, Loading, query, Select, SourceLine, Table, Tag, Title, useAsked } from './parts.tsx';
import { type EntryHead, post, type RulesAnswer, type Told } from './wire.ts';
import { CHANGE, OPERATIONS, PARTS, RULE_STATUS, RULES, ruleValue, troubleWords } from './words.ts';

export interface Place {
  readonly region: string;
  readonly asOf: string;
}

/** Kept while the page is open, so that an entry and its list speak of the same place and day. */
let lastPlace: Place = { region: '000000', asOf: '' };

type View = 'entries' | 'rules' | 'ahead' | 'ask';
const VIEWS: Record<View, string> = {
  entries: '回答',
  rules: '规则和入口',
  ahead: '将要变的',
  ask: '问一句试试',
};
let lastView: View = 'entries';

interface Regions {
  readonly version: string;
  readonly today: string;
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

export function Knowledge({ me, id }: PageProps) {
  const [place, setPlace] = useState(lastPlace);
  const [view, setView] = useState<View>(lastView);
  const known = useAsked<Regions>('/knowledge/regions');
  const move = (part: Partial<Place>) => {
    lastPlace = { ...place, ...part };
    setPlace(lastPlace);
  };
  if (known.value === undefined) {
    return (
      <>
        <Title>知识</Title>
        <Loading {...known} />
      </>
    );
  }
  const { today, regions, version } = known.value;
  const at: Place = { region: place.region, asOf: place.asOf === '' ? today : place.asOf };
  return (
    <>
      {id !== undefined && (
        <p>
          <a href="#/knowledge">← 全部知识</a>
        </p>
      )}
      <Title>知识</Title>
      <div class="fields">
        <Select
          label="地区"
          value={at.region}
          options={Object.fromEntries(regions.map(({ code, name }) => [code, name]))}
          onChange={(region) => move({ region })}
        />
        <Input label="哪一天" type="date" value={at.asOf} onInput={(asOf) => move({ asOf })} />
        <p class="quiet">资料版本 {version}</p>
      </div>
      {id === undefined ? (
        <>
          <fieldset class="tabs" aria-label="看什么">
            {(Object.keys(VIEWS) as View[]).map((name) => (
              <button
                type="button"
                key={name}
                aria-pressed={view === name}
                onClick={() => {
                  lastView = name;
                  setView(name);
                }}
              >
                {VIEWS[name]}
              </button>
            ))}
          </fieldset>
          {view === 'entries' && <Entries at={at} />}
          {view === 'rules' && <Rules at={at} />}
          {view === 'ahead' && <Ahead at={at} />}
          {view === 'ask' && <Ask at={at} />}
        </>
      ) : (
        <Entry id={id} at={at} me={me} />
      )}
    </>
  );
}

function Entries({ at }: { at: Place }) {
  const [find, setFind] = useState('');
  const { value, trouble, again } = useAsked<{ readonly entries: readonly EntryHead[] }>(
    `/knowledge/entries${query({ ...at })}`,
  );
  if (value === undefined) return <Loading trouble={trouble} again={again} />;
  const words = find.trim();
  const found = value.entries.filter(
    ({ id, title, intent }) => words === '' || `${id} ${title} ${intent}`.includes(words),
  );
  return (
    <>
      <div class="fields">
        <Input label="找标题" type="search" value={find} onInput={setFind} />
        <p class="quiet" role="status">
          {found.length} 条
        </p>
      </div>
      <Table caption="回答">
        <thead>
          <tr>
            <th scope="col">标题</th>
            <th scope="col">回答什么</th>
            <th scope="col">地区</th>
            <th scope="col">状态</th>
          </tr>
        </thead>
        <tbody>
          {found.map((entry) => (
            <tr key={entry.id}>
              <th scope="row" class="wide">
                <a href={`#/knowledge/${entry.id}`}>{entry.title}</a>
              </th>
              <td>{entry.intent}</td>
              <td>{entry.regions.join('、')}</td>
              <td>
                <EntryState entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

export function EntryState({ entry }: { entry: EntryHead }) {
  if (entry.withdrawn !== undefined) return <Tag tone="bad">已停用</Tag>;
  return (
    <>
      {entry.isSaid ? <Tag tone="good">会说</Tag> : <Tag tone="soft">不会说</Tag>}
      {entry.isOverdue && <Tag tone="bad">复核过期</Tag>}
    </>
  );
}

function Rules({ at }: { at: Place }) {
  const { value, trouble, again } = useAsked<RulesAnswer>(`/knowledge/rules${query({ ...at })}`);
  if (value === undefined) return <Loading trouble={trouble} again={again} />;
  return (
    <>
      <p class="quiet">逐级查：{value.chain.map(({ name }) => name).join(' → ')}</p>
      <h2>规则</h2>
      <ul class="cards">
        {value.rules.map((rule) => (
          <li key={rule.rule} class="panel">
            <h3>{RULES[rule.rule] ?? rule.rule}</h3>
            <p>
              <b>{ruleValue(rule.value)}</b>{' '}
              <Tag tone={rule.isTold ? 'good' : 'soft'}>{RULE_STATUS[rule.status] ?? rule.status}</Tag>
            </p>
            {rule.source !== undefined && (
              <p>
                {rule.region}，{rule.from} 起{rule.until === undefined ? '' : `，到 ${rule.until} 为止`}；
                <SourceLine source={rule.source} />
                {rule.checked === undefined ? '' : `，核对于 ${rule.checked}`}
              </p>
            )}
            {rule.note !== undefined && <p class="quiet">{rule.note}</p>}
            {rule.line.length > 1 && (
              <details>
                <summary>沿革（{rule.line.length}）</summary>
                <ol class="timeline">
                  {rule.line.map((step) => (
                    <li key={`${step.region} ${step.from}`}>
                      {step.from} 起{step.until === undefined ? '' : `，到 ${step.until} 为止`}　{step.region}
                      ：{ruleValue(step.value)}　<SourceLine source={step.source} />
                    </li>
                  ))}
                </ol>
              </details>
            )}
          </li>
        ))}
      </ul>
      <h2>办理入口</h2>
      <ul class="cards">
        {value.ways.map((way) => (
          <li key={`${way.operation} ${way.platform} ${way.client} ${way.path.join()}`} class="panel">
            <h3>
              {OPERATIONS[way.operation] ?? way.operation}：{way.platform}
            </h3>
            <p>{way.path.join(' → ')}</p>
            <p>
              {way.region}，<SourceLine source={way.source} />{' '}
              <Tag tone={way.isTold ? 'good' : 'soft'}>{way.isTold ? '会说' : '不会说'}</Tag>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Ahead({ at }: { at: Place }) {
  const { value, trouble, again } = useAsked<RulesAnswer>(`/knowledge/rules${query({ ...at })}`);
  if (value === undefined) return <Loading trouble={trouble} again={again} />;
  return (
    <>
      <p>
        从 {value.asOf} 起一年里，{value.region.name}会自己改变的内容：
      </p>
      {value.ahead.length === 0 && <p class="quiet">没有。</p>}
      <ul class="plainlist">
        {value.ahead.map(({ what, part, id, before, after }) => (
          <li key={`${part} ${id} ${what}`}>
            <b>{part === 'review' ? PARTS.review : `${PARTS[part] ?? part}${CHANGE[what]}`}</b>　
            {part === 'answer' || part === 'review' ? <a href={`#/knowledge/${id}`}>{id}</a> : id}
            <small>
              {[before, after]
                .filter((side) => side !== undefined)
                .map(short)
                .join(' → ')}
            </small>
          </li>
        ))}
      </ul>
    </>
  );
}

function short(side: unknown): string {
  const text = ruleValue(side);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

interface Heard {
  readonly parts: readonly { readonly id: string; readonly text: string; readonly faq?: string }[];
}

function Ask({ at }: { at: Place }) {
  const [text, write] = useState('');
  const [told, tell] = useState<Told<Heard>>();
  return (
    <>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void post<Heard>('/knowledge/ask', { text, ...at }).then(tell);
        }}
      >
        <Input label="市民这样问" value={text} onInput={write} />
        <button type="submit" class="button main">
          看会怎么答
        </button>
      </form>
      <div role="status">
        {told !== undefined && !told.ok && <p class="error">{troubleWords(told)}</p>}
        {told?.ok &&
          told.value.parts.map((part) => (
            <blockquote key={part.id} class="shown">
              <p>{part.text}</p>
              {part.faq !== undefined && <a href={`#/knowledge/${part.faq}`}>看这一条</a>}
            </blockquote>
          ))}
      </div>
    </>
  );
}
