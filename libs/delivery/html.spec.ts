import { expect, test } from '@jest/globals';
import { html } from './html.ts';

test('what is put into a page is text, whatever it holds', () => {
  const evil = `<script>alert("1")</script> & 'more'`;
  expect(html`<p title="${evil}">${evil}</p>`.source).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;</p>',
  );
});

test('pieces stand in pieces as they are, lists item after item, and nothing where there is nothing', () => {
  const items = ['a', 1, html`<b>${'<'}</b>`, undefined, false as const, ['c']];
  expect(html`<p>${items}</p>`.source).toBe('<p>a1<b>&lt;</b>c</p>');
});
