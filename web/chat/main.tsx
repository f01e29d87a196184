import { render } from 'preact';
import '../shared/base.css';
import './chat.css';
import { applyElder } from '../shared/elder.ts';
import { App } from './app.tsx';

applyElder();
const page = document.getElementById('page');
if (page) {
  // What stands there was only for the time until now.
  page.replaceChildren();
  render(<App />, page);
}
