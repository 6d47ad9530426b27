import { Notifications } from '@mantine/notifications';
import classes from './messages.module.css';

export default function MessagesView() {
  return <Notifications className={classes.messages ?? ''} position="bottom-right" autoClose={4000} limit={3} />;
}
