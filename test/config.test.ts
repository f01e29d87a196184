import { describe, expect, it } from 'vitest';
import { readConfig, VARIABLES } from '../src/config.ts';

describe('the configuration', () => {
  it('works without any variable', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      logLevel: 'info',
      isBehindProxy: false,
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ GONGJI_PUBLIC_URL: '', GONGJI_PORT: '' })).not.toHaveProperty('publicUrl');
  });

  it('reports every problem at once, each with the variable, what was expected and an example', () => {
    const env = {
      GONGJI_PORT: '99999',
      GONGJI_LOG: 'loud',
      GONGJI_PUBLIC_URL: 'ftp://x',
      GONGJI_VAULT_KEY: 'abc',
    };
    expect(() => readConfig(env)).toThrow(/4 problem/u);
    for (const name of Object.keys(env) as (keyof typeof env)[]) {
      const { expects, example } = VARIABLES[name];
      expect(() => readConfig(env)).toThrow(`${name}: expected ${expects}; for example ${name}=${example}`);
    }
  });

  it('refuses a misspelt variable instead of ignoring it', () => {
    expect(() => readConfig({ GONGJI_PROT: '80' })).toThrow(/GONGJI_PROT: there is no such variable/u);
  });

  it('gives an example for every variable that it would itself accept', () => {
    for (const [name, { example }] of Object.entries(VARIABLES)) {
      if (name === 'GONGJI_VAULT_KEY') continue;
      expect(() => readConfig({ [name]: example })).not.toThrow();
    }
  });
});
