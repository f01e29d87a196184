/** The page of figures: filters at the top, then one chart after the other, then what is given away. */
import { useMemo, useState } from 'preact/hooks';
import { Input, Loading, query, Select, Time, Title, useAsked } from '../parts.tsx';
import { CHANNELS } from '../words.ts';
import './charts.css';
import { Funnel } from './funnel.tsx';
import { Ages, Causes, Channels, Days, Opinions, Times, Understanding, Wrong } from './parts.tsx';
import { API, FIGURES, type FiguresAnswer } from './wire.ts';
import { UNKNOWN } from './words.ts';

const NOT_SHOWN = new Set(['converse', 'slack']);

export function Figures() {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [channel, setChannel] = useState('');
  const [region, setRegion] = useState('');
  const filter = query({ from, to, channel, region });
  const asked = useAsked<FiguresAnswer>(`${FIGURES}${filter}`);
  // The list of places must not shrink to the one that was chosen.
  const everywhere = useAsked<FiguresAnswer>(`${FIGURES}${query({ from, to })}`);
  const places = useMemo(() => placesIn(everywhere.value), [everywhere.value]);
  const channels = Object.fromEntries(Object.entries(CHANNELS).filter(([id]) => !NOT_SHOWN.has(id)));
  const answer = asked.value;
  return (
    <div class="figures">
      <Title>统计</Title>
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <Input label="从" type="date" value={from} onInput={setFrom} />
        <Input label="到" type="date" value={to} onInput={setTo} />
        <Select label="渠道" value={channel} options={channels} none="全部" onChange={setChannel} />
        <Select label="参保地" value={region} options={places} none="全部" onChange={setRegion} />
      </form>
      {answer === undefined ? (
        <Loading trouble={asked.trouble} again={asked.again} />
      ) : (
        <Shown answer={answer} filter={filter} />
      )}
    </div>
  );
}

function placesIn(answer: FiguresAnswer | undefined): Record<string, string> {
  const codes = answer?.report.regions.filter((code) => code !== '') ?? [];
  return Object.fromEntries(codes.map((code) => [code, answer?.names[code] ?? code]));
}

function Shown({ answer, filter }: { answer: FiguresAnswer; filter: string }) {
  const { report, countedAt, isExample } = answer;
  const { from, until } = report.query;
  const csv = (chart: string) => `${API}/csv/${chart}${filter}`;
  const part = { answer, csv };
  return (
    <>
      {isExample && (
        <p class="notice" role="note">
          示例数据：由程序编造，不是真实的咨询。
        </p>
      )}
      <p class="quiet">
        {from} 到 {until}，
        {countedAt === 0 ? '还没有统计过' : <Time at={new Date(countedAt).toISOString()} />}
        {countedAt === 0 ? '' : ' 统计'}。一次“咨询”是一个会话在一天里的往来；没说参保地的算“{UNKNOWN}”。
      </p>
      <Days {...part} />
      <Channels {...part} />
      <Understanding {...part} />
      <Funnel answer={answer} csv={csv('states')} />
      <Causes {...part} />
      <Times {...part} />
      <Ages {...part} />
      <Wrong {...part} />
      <Opinions {...part} />
      <OpenData />
    </>
  );
}

function OpenData() {
  const asked = useAsked<{ readonly k: number; readonly files: readonly string[] }>(`${FIGURES}/open`);
  return (
    <section class="figure" aria-label="开放数据">
      <h2>开放数据</h2>
      {asked.value === undefined ? (
        <Loading trouble={asked.trouble} again={asked.again} />
      ) : (
        <>
          <p>
            可以对外公布的表：任何一个数不小于 {asked.value.k}，太小的不公布，也推不出来；只含已经过完的整月。
            发布前请先写明许可。
          </p>
          <ul>
            {asked.value.files.map((file) => (
              <li key={file}>
                <a href={`${API}/open/${file}`} download>
                  {file}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
