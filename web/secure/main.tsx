import { render } from 'preact';
import '../shared/base.css';
import './secure.css';
import { applyElder } from '../shared/elder.ts';
import { App } from './app.tsx';

applyElder();
const page = document.getElementById('page');
if (page) render(<App />, page);
