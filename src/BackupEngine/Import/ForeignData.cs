namespace CloudBackup.Import;

/// <summary>Decodes with a library that does not always notice damage before its arrays and streams do.</summary>
internal static class ForeignData
{
    /// <summary>Does a step of the decoding.</summary>
    /// <exception cref="InvalidDataException">It failed as only damaged data makes it fail.</exception>
    public static T Decode<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception failure) when (failure is IndexOutOfRangeException or NullReferenceException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("The archive is damaged.", failure);
        }
    }
}
