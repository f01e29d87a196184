/** The trail of who did what, and every look at personal data. */
import { useState } from 'preact/hooks';
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
import { type AuditRow, type Page, post, type RevealRow, type Told } from './wire.ts';
import { ACTORS, timeOf, troubleWords } from './words.ts';

interface Verified {
  readonly rows: number;
  readonly broken: readonly string[];
  readonly isIntact: boolean;
  readonly at: string;
}

export function Audit({ id }: PageProps) {
  const [actor, setActor] = useState('');
  const pages = usePages();
  const { value, trouble, again } = useAsked<Page<AuditRow>>(
    `/audit${query({ actor, chain: id, after: pages.after })}`,
  );
  return (
    <>
      <Title>{id === undefined ? '审计' : `审计 · ${id}`}</Title>
      <Verify />
      <div class="fields">
        <Select
          label="谁"
          value={actor}
          options={ACTORS}
          none="全部"
          onChange={(to) => {
            pages.restart();
            setActor(to);
          }}
        />
        {id !== undefined && <a href="#/audit">看全部</a>}
      </div>
      {value === undefined ? (
        <Loading trouble={trouble} again={again} />
      ) : (
        <>
          <Table caption="审计记录">
            <thead>
              <tr>
                <th scope="col">时间</th>
                <th scope="col">谁</th>
                <th scope="col">做了什么</th>
                <th scope="col">内容</th>
                <th scope="col">哪条链</th>
                <th scope="col">指纹</th>
              </tr>
            </thead>
            <tbody>
              {value.rows.map((row) => (
                <tr key={row.hash}>
                  <td>
                    <Time at={row.at} />
                  </td>
                  <td>{ACTORS[row.actor] ?? row.actor}</td>
                  <th scope="row">{row.action}</th>
                  <td class="wide">
                    <code>{JSON.stringify(row.data)}</code>
                  </td>
                  <td>
                    <a href={`#/audit/${row.chain}`}>
                      {row.chain} 第 {row.n} 条
                    </a>
                  </td>
                  <td>
                    <code>{row.hash.slice(0, 12)}</code>
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

function Verify() {
  const [told, tell] = useState<Told<Verified> | 'asking'>();
  async function verify(): Promise<void> {
    if (told === 'asking') return;
    tell('asking');
    tell(await post<Verified>('/audit/verify'));
  }
  return (
    <section aria-label="核对" class="panel">
      <p>每条记录都带着上一条的指纹。核对会从头走一遍，改过、删过、插过的都查得出来。</p>
      <button
        type="button"
        class="button main"
        aria-disabled={told === 'asking'}
        onClick={() => void verify()}
      >
        核对全部记录
      </button>
      <div role="status">
        {told === 'asking' && '正在核对…'}
        {told !== undefined &&
          told !== 'asking' &&
          (told.ok ? <Report report={told.value} /> : troubleWords(told))}
      </div>
    </section>
  );
}

function Report({ report }: { report: Verified }) {
  if (report.isIntact) {
    return (
      <p>
        <Tag tone="good">完整</Tag> {timeOf(report.at)} 核对了 {report.rows} 条，没有被改动。
      </p>
    );
  }
  return (
    <>
      <p>
        <Tag tone="bad">有断裂</Tag> 核对了 {report.rows} 条，{report.broken.length} 条链对不上，请立即报告：
      </p>
      <ul>
        {report.broken.map((chain) => (
          <li key={chain}>
            <a href={`#/audit/${chain}`}>{chain}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Reveals() {
  const pages = usePages();
  const { value, trouble, again } = useAsked<Page<RevealRow>>(
    `/audit/reveals${query({ after: pages.after })}`,
  );
  return (
    <>
      <Title>查看记录</Title>
      <p class="quiet">谁在什么时候、为什么看了市民的姓名和证件号码。市民自己在“我的数据”里也看得到。</p>
      {value === undefined ? (
        <Loading trouble={trouble} again={again} />
      ) : (
        <>
          <Table caption="查看记录">
            <thead>
              <tr>
                <th scope="col">时间</th>
                <th scope="col">谁</th>
                <th scope="col">为什么</th>
                <th scope="col">案件</th>
                <th scope="col">看到几时</th>
              </tr>
            </thead>
            <tbody>
              {value.rows.map((row) => (
                <tr key={row.id}>
                  <td>
                    <Time at={row.at} />
                  </td>
                  <th scope="row">{row.by.displayName}</th>
                  <td class="wide">{row.reason}</td>
                  <td>{row.number ?? row.case}</td>
                  <td>
                    <Time at={row.expiresAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
          {value.rows.length === 0 && <p class="quiet">没有人看过。</p>}
          <ToStart pages={pages} />
          <More next={value.next} onMore={pages.go} />
        </>
      )}
    </>
  );
}
