namespace CloudBackup.Swapping;

/// <summary>
/// One thing that a restore exchanges, such as a data directory. Its new content comes beside the old first. Then the parts of a restore are prepared,
/// committed and cleaned up together; after a failure, or by whoever finds the journal of a dead process, they are undone and cleaned up. A part
/// notes in the journal whatever it needs for that, before it does it.
/// </summary>
internal interface ISwapPart : IDisposable
{
    /// <summary>
    /// Looks at the new content as a whole. Nothing changes for the app: what may take long or may be refused happens before <see cref="Commit"/>.
    /// </summary>
    /// <returns>False when the backup has brought nothing for this part.</returns>
    bool Prepare();

    /// <summary>The new takes the place of the old, by renaming, not by copying. After a failure <see cref="Undo"/> is due.</summary>
    void Commit();

    /// <summary>The old is in its place again, whatever was done before; harmless when nothing was.</summary>
    /// <exception cref="BackupException">It could not be brought back; it is where the message says.</exception>
    void Undo();

    /// <summary>Removes what is no longer needed: the old after a success, the new after a failure.</summary>
    void CleanUp();
}
