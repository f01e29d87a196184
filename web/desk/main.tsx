import { render } from 'preact';
import '../shared/base.css';
import './desk.css';
import { App } from './app.tsx';

const page = document.getElementById('page');
if (page) render(<App />, page);
