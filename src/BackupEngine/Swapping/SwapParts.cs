using System.Runtime.ExceptionServices;

namespace CloudBackup.Swapping;

/// <summary>What a restore exchanges, all or nothing: each part takes its place in turn, and after a failure each goes back.</summary>
/// <param name="parts">The parts, in the order in which they take their places.</param>
internal sealed class SwapParts(IReadOnlyList<ISwapPart> parts)
{
    /// <summary>
    /// What a restore of an app exchanges, and a recovery brings back: its data directory. Another store of its data, such as a database, is another
    /// part here, with a class in Swapping that asks the addon's handler to rename.
    /// </summary>
    public static SwapParts OfApp(DataSwap data) => new([data]);

    /// <summary>Makes sure that all are ready.</summary>
    /// <returns>The first one that the backup has brought nothing for; null when there is none.</returns>
    public ISwapPart? Prepare() => parts.FirstOrDefault(part => !part.Prepare());

    /// <summary>Puts the new in the place of the old. After a failure <see cref="Undo"/> is due.</summary>
    /// <param name="onPart">Gets each part when its turn comes; null for nobody.</param>
    public void Commit(Action<ISwapPart>? onPart = null)
    {
        foreach (var part in parts)
        {
            onPart?.Invoke(part);
            part.Commit();
        }
    }

    /// <summary>Brings the old back, the last part first. One that fails keeps none of the others from going back.</summary>
    /// <exception cref="BackupException">The first failure.</exception>
    public void Undo()
    {
        ExceptionDispatchInfo? first = null;
        foreach (var part in parts.Reverse())
        {
            try
            {
                part.Undo();
            }
            catch (BackupException failure)
            {
                first ??= ExceptionDispatchInfo.Capture(failure);
            }
        }
        first?.Throw();
    }

    /// <summary>Removes what is no longer needed of any part.</summary>
    public void CleanUp()
    {
        foreach (var part in parts)
        {
            part.CleanUp();
        }
    }
}
