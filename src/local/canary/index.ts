export { needlesOf, type Needle } from './encodings';
export { searchFor, type Leak, type LeakSearch, type Searched } from './search';
