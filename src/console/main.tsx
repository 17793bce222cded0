// First: it says in which order the layers of the style sheets count.
import './style/index.css';
import { render } from 'preact';
import { App } from './app';
import { keepLive } from './api/now';
import { startSession } from './session/session';

keepLive();
void startSession();
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
