using System.Management.Automation;

namespace CloudBackup.HelpBuilder.Cmdlets;

/// <summary>What the compiled code says of a parameter.</summary>
internal sealed record ParameterFacts
{
    public required string Name { get; init; }

    public required Type Type { get; init; }

    public required bool IsMandatory { get; init; }

    /// <summary>Its place when its name is left out; null when it needs its name.</summary>
    public required int? Position { get; init; }

    public required bool TakesObjects { get; init; }

    public required bool TakesProperties { get; init; }

    public required bool TakesRest { get; init; }

    public required bool AllowsWildcards { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required string? DefaultValue { get; init; }

    public bool IsSwitch => Type == typeof(SwitchParameter);

    public bool IsFromPipeline => TakesObjects || TakesProperties;

    /// <summary>The type as PowerShell users write it.</summary>
    public string TypeName => NameOf(Type);

    /// <summary>The type of one value.</summary>
    public Type ItemType
    {
        get
        {
            var item = Type.IsArray ? Type.GetElementType()! : Type;
            return Nullable.GetUnderlyingType(item) ?? item;
        }
    }

    /// <summary>How it takes pipeline input, in the words that Get-Help uses.</summary>
    public string PipelineText => (TakesObjects, TakesProperties) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    public static ParameterFacts Of(CommandParameterInfo parameter, string? defaultValue) => new()
    {
        Name = parameter.Name,
        Type = parameter.ParameterType,
        IsMandatory = parameter.IsMandatory,
        Position = parameter.Position < 0 ? null : parameter.Position,
        TakesObjects = parameter.ValueFromPipeline,
        TakesProperties = parameter.ValueFromPipelineByPropertyName,
        TakesRest = parameter.ValueFromRemainingArguments,
        AllowsWildcards = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
        Aliases = parameter.Aliases,
        DefaultValue = defaultValue,
    };

    /// <summary>A parameter of several parameter sets: mandatory when it is so in all of them, its position that of the first.</summary>
    public static ParameterFacts Merge(IEnumerable<ParameterFacts> uses)
    {
        var all = uses.ToList();
        return all[0] with
        {
            IsMandatory = all.TrueForAll(use => use.IsMandatory),
            TakesObjects = all.Exists(use => use.TakesObjects),
            TakesProperties = all.Exists(use => use.TakesProperties),
        };
    }

    private static string NameOf(Type type) => type switch
    {
        { IsArray: true } => NameOf(type.GetElementType()!) + "[]",
        _ when Nullable.GetUnderlyingType(type) is { } inner => NameOf(inner),
        _ when type == typeof(string) => "string",
        _ when type == typeof(int) => "int",
        _ when type == typeof(long) => "long",
        _ when type == typeof(bool) => "bool",
        _ => type.Name,
    };
}
