/** Invented families, one for each citizen who binds. Their ID numbers begin with 99, which is never issued. */
import { checkCharacter } from '../src/domain/id-number.ts';

export interface Family {
  readonly payer: string;
  readonly payerLabel: string;
  readonly mother: { readonly name: string; readonly number: string };
}

const SURNAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏';
const GIVEN = '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红梅建国';

/** @returns the families, and the fixture of an office that knows them */
export function makeFamilies(
  count: number,
  region: string,
): { families: readonly Family[]; fixture: object } {
  const families: Family[] = [];
  const people: Record<string, object> = {};
  for (let n = 0; n < count; n += 1) {
    const family: Family = {
      payer: `payer${n}`,
      payerLabel: `${nameOf(n)}（示例${n}）`,
      mother: { name: nameOf(n + 7), number: numberOf(n, '19581120', 2) },
    };
    families.push(family);
    people[family.payer] = {
      name: nameOf(n),
      label: family.payerLabel,
      story: '要给妈妈绑定',
      document: { type: 'resident_id', number: numberOf(n, '19860307', 1) },
      enrolments: [{ scheme: 'employee', region }],
      account: { balanceFen: 862_000, pastYearsFen: 514_000 },
    };
    people[`mother${n}`] = {
      name: family.mother.name,
      document: { type: 'resident_id', number: family.mother.number },
      enrolments: [{ scheme: 'resident', region }],
    };
  }
  return { families, fixture: { people } };
}

function nameOf(n: number): string {
  const pick = (from: string, at: number): string => from[at % from.length] ?? '';
  return `${pick(SURNAMES, n)}${pick(GIVEN, n * 3 + 1)}${pick(GIVEN, Math.floor(n / 30) * 7 + n)}`;
}

/** The first six digits carry the hundreds, so that the three digits of the order are enough. */
function numberOf(n: number, birth: string, order: number): string {
  const head = `99${String(Math.floor(n / 90)).padStart(2, '0')}01${birth}${String(n % 90).padStart(2, '0')}${order}`;
  return `${head}${checkCharacter(head)}`;
}
