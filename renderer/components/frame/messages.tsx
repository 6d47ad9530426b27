import { useNotifications } from '@mantine/notifications';
import { lazy, Suspense, useState } from 'react';

const MessagesView = lazy(() => import('./messages-view.tsx'));

/** The corner where messages are shown, which is loaded with the first of them. */
export function Messages() {
  const { notifications } = useNotifications();
  const [wanted, setWanted] = useState(false);
  if (notifications.length > 0 && !wanted) setWanted(true);
  return wanted ? (
    <Suspense>
      <MessagesView />
    </Suspense>
  ) : undefined;
}
