/** What nobody could answer for sure, oftenest first. */
import { Loading, Tag, Time, Title, useAsked } from './parts.tsx';
import type { GapsAnswer } from './wire.ts';

export function Gaps() {
  const { value, trouble, again } = useAsked<GapsAnswer>('/gaps');
  return (
    <>
      <Title>没答上的</Title>
      {value === undefined ? (
        <Loading trouble={trouble} again={again} />
      ) : (
        <>
          <p class="quiet">
            共 {value.total} 组。相近的说法归在一起，号码已隐去，也查不到是谁说的。收进例句或写新回答，用{' '}
            <code>gongji review</code>。
          </p>
          <ul class="cards">
            {value.groups.map((group) => (
              <li key={group.key} class="panel">
                <h2>{group.examples[0]}</h2>
                <p>
                  <Tag>{group.count} 次</Tag> 最近 <Time at={group.lastAt} /> <code>{group.key}</code>{' '}
                  {group.isUnderstood && <Tag tone="good">现在已能听懂</Tag>}
                </p>
                <p>
                  当成过：
                  {group.guesses.map(({ label, p }) => `${label} ${Math.round(p * 100)}%`).join('，') || '—'}
                </p>
                {group.sentences.length > 1 && (
                  <details>
                    <summary>全部说法（{group.sentences.length + group.more}）</summary>
                    <ul>
                      {group.sentences.map(({ text, count }) => (
                        <li key={text}>
                          {text}（{count}）
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
