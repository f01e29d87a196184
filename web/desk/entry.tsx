/** One answer: word for word, where it comes from, and for curators what would become of taking it out of use. */
import { useState } from 'preact/hooks';
import { EntryState, type Place } from './knowledge.tsx';
import { Input, Loading, query, SourceLine, Time, useAsked } from './parts.tsx';
import { type EntryAnswer, type ImpactAnswer, type Me, post, type Told } from './wire.ts';
import { troubleWords } from './words.ts';

export function Entry({ id, at, me }: { id: string; at: Place; me: Me }) {
  const path = `/knowledge/entries/${encodeURIComponent(id)}`;
  const { value, trouble, again } = useAsked<EntryAnswer>(`${path}${query({ ...at })}`);
  if (value === undefined) return <Loading trouble={trouble} again={again} />;
  return (
    <>
      <h2>{value.title}</h2>
      <p>
        <EntryState entry={value} /> {value.intent}　{value.regions.join('、')}
      </p>
      {value.withdrawn !== undefined && (
        <p class="notice">
          <Time at={value.withdrawn.at} /> 由 {value.withdrawn.by} 停用：{value.withdrawn.reason}
        </p>
      )}
      <h3>市民会读到</h3>
      <blockquote class="shown">{value.shown}</blockquote>
      <h3>依据</h3>
      <ul>
        {value.sources.map((source) => (
          <li key={source.id}>
            <SourceLine source={source} />
          </li>
        ))}
      </ul>
      <p>
        {value.from} 起{value.until === undefined ? '' : `，到 ${value.until} 为止`}；{value.reviewed}{' '}
        复核过，
        {value.due} 到期
      </p>
      <h3>这样问要能找到它</h3>
      <ul>
        {value.questions.map((question) => (
          <li key={question}>{question}</li>
        ))}
      </ul>
      {me.areas.includes('curating') && <Curating entry={value} path={path} onDone={again} />}
    </>
  );
}

function Curating({ entry, path, onDone }: { entry: EntryAnswer; path: string; onDone: () => void }) {
  const [reason, write] = useState('');
  const [told, tell] = useState<Told<ImpactAnswer>>();
  const [said, say] = useState<string>();
  async function act(name: 'withdraw' | 'restore', fields: object): Promise<void> {
    const answer = await post(`${path}/${name}`, fields);
    say(answer.ok ? '已办好，几秒内各处生效。' : troubleWords(answer));
    if (answer.ok) onDone();
  }
  return (
    <section aria-label="知识员" class="panel">
      <h2>停用和恢复</h2>
      <div class="buttons">
        <button
          type="button"
          class="button"
          onClick={() => void post<ImpactAnswer>(`${path}/impact`).then(tell)}
        >
          停用会影响什么
        </button>
        {entry.withdrawn !== undefined && (
          <button type="button" class="button main" onClick={() => void act('restore', {})}>
            恢复使用
          </button>
        )}
      </div>
      {entry.withdrawn === undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void act('withdraw', { reason });
          }}
        >
          <Input label="为什么停用（同事看得到）" value={reason} onInput={write} />
          <button type="submit" class="button">
            停用这条回答
          </button>
        </form>
      )}
      <div role="status">
        {said}
        {told !== undefined && !told.ok && troubleWords(told)}
        {told?.ok && (
          <>
            <p>
              试问了 {told.value.asked} 句，{told.value.changes.length} 句会换回答：
            </p>
            <ul>
              {told.value.changes.map(({ text, before, after }) => (
                <li key={text}>
                  {text}　{before.join('、')} → {after.join('、')}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}
