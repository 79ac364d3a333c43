using CloudBackup.Formats.Lines;

namespace CloudBackup.Formats.Rsync.Records;

/// <summary>One entry of the log of a plan: what became of an action, or of the run.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Number">The action, or the batch that was flushed.</param>
/// <param name="Batch">The batch of changes that has to be flushed before this counts; null when it counts at once.</param>
internal readonly record struct LogFrame(ActionOutcome Outcome, long Number, int? Batch)
{
    /// <summary>With <see cref="ActionOutcome.Done"/>: the item as it was stored.</summary>
    public PlanLine? Stored { get; init; }

    /// <summary>With <see cref="ActionOutcome.Opened"/>: the beginning of the log.</summary>
    public LogOpening? Opening { get; init; }

    /// <summary>Writes the frame.</summary>
    public void Write(LineEncoder encoder)
    {
        encoder.WriteByte((byte)Outcome);
        encoder.WriteNumber(Number);
        encoder.WriteNumber(Batch + 1 ?? 0);
        Stored?.Write(encoder);
        Opening?.Write(encoder);
    }

    /// <summary>Reads a frame without what it holds of an item.</summary>
    /// <exception cref="LineFileException">The bytes are damaged.</exception>
    public static LogFrame ReadHead(ref LineDecoder decoder)
    {
        var outcome = (ActionOutcome)decoder.ReadByte();
        var number = decoder.ReadNumber();
        var batch = decoder.ReadNumber();
        return new LogFrame(outcome, number, batch == 0 ? null : (int)(batch - 1));
    }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="LineFileException">The bytes are damaged.</exception>
    public static LogFrame Read(ref LineDecoder decoder)
    {
        var frame = ReadHead(ref decoder);
        return frame.Outcome switch
        {
            ActionOutcome.Done => frame with { Stored = PlanLine.Read(ref decoder) },
            ActionOutcome.Opened => frame with { Opening = LogOpening.Read(ref decoder) },
            _ => frame,
        };
    }
}

/// <summary>What the first frame of a log says.</summary>
/// <param name="Token">The change that the plan is for.</param>
/// <param name="BootId">The start of the machine that the log was written in; null where the system does not tell.</param>
internal sealed record LogOpening(string Token, string? BootId)
{
    /// <summary>Writes it: in the form of a line, whose other fields are not used.</summary>
    public void Write(LineEncoder encoder) => new LineFields { Path = Token, StoredSize = -1, LinkTarget = BootId, Attributes = [] }.Write(encoder);

    /// <summary>Reads it.</summary>
    /// <exception cref="LineFileException">The bytes are damaged.</exception>
    public static LogOpening Read(ref LineDecoder decoder)
    {
        var fields = LineFields.Read(ref decoder);
        return new LogOpening(fields.Path, fields.LinkTarget);
    }
}
