import { describe, expect, it } from '@jest/globals';
import { need, needNumber } from '../../../operator/environment.ts';
import { Invalid } from '../../../operator/errors.ts';

describe('a variable of the environment', () => {
  it.each([{}, { HOPTHU_SITE: '' }])('is named when %j lacks it', (environment) => {
    expect(() => need('HOPTHU_SITE', environment)).toThrow(
      new Invalid('HOPTHU_SITE', 'is not set in the environment of this program'),
    );
  });

  it('is given as it is', () => {
    expect(need('HOPTHU_SITE', { HOPTHU_SITE: 'soc-trang' })).toBe('soc-trang');
    expect(needNumber('HOPTHU_PORT', { HOPTHU_PORT: '8080' })).toBe(8080);
  });

  it.each(['tcp://10.0.0.1:80', '80a', '-1', '8.5', ' '])('is named when %j shall be a number', (value) => {
    expect(() => needNumber('HOPTHU_PORT', { HOPTHU_PORT: value })).toThrow(
      new Invalid('HOPTHU_PORT', `${value} is not a whole number`),
    );
  });
});
