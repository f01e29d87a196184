/** What was asked of the office: numbers and states. */
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
import type { ApplicationRow, Choices, Page } from './wire.ts';
import { APPLICATION_KINDS, APPLICATION_STATES } from './words.ts';

export function Applications({ news }: PageProps) {
  const [state, setState] = useState('');
  const [kind, setKind] = useState('');
  const [region, setRegion] = useState('');
  const pages = usePages();
  const choices = useAsked<Choices>('/cases/choices').value;
  const { value, trouble, again } = useAsked<Page<ApplicationRow>>(
    `/applications${query({ state, kind, region, after: pages.after })}`,
    news.stamp,
  );
  const set = (change: (value: string) => void) => (to: string) => {
    pages.restart();
    change(to);
  };
  return (
    <>
      <Title>申请</Title>
      <div class="fields">
        <Select label="事项" value={kind} options={APPLICATION_KINDS} none="全部" onChange={set(setKind)} />
        <Select
          label="状态"
          value={state}
          options={APPLICATION_STATES}
          none="全部"
          onChange={set(setState)}
        />
        <Select
          label="地区"
          value={region}
          options={Object.fromEntries((choices?.regions ?? []).map(({ code, name }) => [code, name]))}
          none="全部"
          onChange={set(setRegion)}
        />
      </div>
      {value === undefined ? (
        <Loading trouble={trouble} again={again} />
      ) : (
        <>
          <Table caption="申请">
            <thead>
              <tr>
                <th scope="col">受理号</th>
                <th scope="col">事项</th>
                <th scope="col">状态</th>
                <th scope="col">地区</th>
                <th scope="col">提交</th>
                <th scope="col">最近变化</th>
              </tr>
            </thead>
            <tbody>
              {value.rows.map((row) => (
                <tr key={row.applicationNo}>
                  <th scope="row">
                    <a href={`#/conversations/${row.conversation}`}>{row.applicationNo}</a>
                  </th>
                  <td>
                    {row.kind.label}
                    <small>{row.relation ?? ''}</small>
                  </td>
                  <td>
                    <Tag>{row.state.label}</Tag>
                    <small>{row.reason ?? ''}</small>
                  </td>
                  <td>{row.region ?? '—'}</td>
                  <td>
                    <Time at={row.submittedAt} />
                  </td>
                  <td>
                    <Time at={row.updatedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
          {value.rows.length === 0 && <p class="quiet">没有。</p>}
          <ToStart pages={pages} />
          <More next={value.next} onMore={pages.go} />
        </>
      )}
    </>
  );
}
