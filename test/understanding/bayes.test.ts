import { expect, test } from 'vitest';
import { bayesScores, countedBy, trainNatural } from '../../src/understanding/model/bayes.ts';
import { softmaxInto } from '../../src/understanding/model/vocabulary.ts';

const documents = [
  { features: ['u:绑', 'u:定', 'b:绑定'], label: 'bind' },
  { features: ['u:绑', 'u:上', 'u:妈'], label: 'bind' },
  { features: ['u:解', 'u:绑', 'b:解绑'], label: 'unbind' },
  { features: ['u:余', 'u:额', 'u:查'], label: 'balance' },
];

test("our sparse scores are natural's probabilities, label by label", () => {
  const natural = trainNatural(documents);
  const numbered = [...new Set(documents.flatMap(({ features }) => features))];
  const idOf = (feature: string) => numbered.indexOf(feature);
  const labels = ['bind', 'unbind', 'balance'];
  const counted = countedBy(natural, labels, idOf, numbered.length);
  for (const features of [['u:绑', 'b:绑定'], ['u:解', 'u:绑'], ['u:查', 'u:额', 'u:妈'], ['u:没见过']]) {
    const theirs = natural.getClassifications(features);
    const total = theirs.reduce((sum, { value }) => sum + value, 0);
    const known = Uint16Array.from(features.map(idOf).filter((id) => id >= 0));
    const ours = softmaxInto(bayesScores(counted, { known, unknown: features.length - known.length }));
    labels.forEach((label, index) => {
      const value = theirs.find((one) => one.label === label)?.value ?? 0;
      expect(ours[index]).toBeCloseTo(value / total, 4);
    });
  }
});

test("the replaced step of natural's training gives the same features as its own", () => {
  const natural = trainNatural(documents);
  const own = Object.getPrototypeOf(Object.getPrototypeOf(natural)) as typeof natural;
  for (const { features } of documents) {
    expect([...natural.textToFeatures(features)]).toEqual(own.textToFeatures.call(natural, features));
  }
});

test('loading the classifier prints nothing and reads no environment file', async () => {
  const { spawnSync } = await import('node:child_process');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-e', "require('natural/lib/natural/classifiers/bayes_classifier.js')"],
    { encoding: 'utf8' },
  );
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
