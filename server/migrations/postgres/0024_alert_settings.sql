-- The rule for settings that every project begins with watches schedules, and streams that are resumed, where
-- nobody has changed it.
UPDATE alert_rule SET filter = 'action=ApplyRetentionNow&action=ChangeRetention&action=ConfirmClock&action=CreateSchedule&action=CreateStream&action=DeleteSchedule&action=DeleteStream&action=LiftHold&action=MakeHold&action=PauseStream&action=ResumeStream&action=UpdateExportSettings&action=UpdateSchedule&action=UpdateStream'
WHERE built_in = 'settings' AND filter = 'action=ApplyRetentionNow&action=ChangeRetention&action=ConfirmClock&action=CreateStream&action=DeleteStream&action=LiftHold&action=MakeHold&action=PauseStream&action=UpdateExportSettings&action=UpdateStream';
