# The cmdlets that describe a site, by kind of provider.
Describe 'Parameters of a site' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        function Complete([string] $Line) { (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText }
        $root = New-TestApp
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'have one syntax for each kind of provider in Get-Help and Get-Command of <_>' -ForEach 'New-BackupSite', 'Set-BackupSite' {
        $ofHelp = @((Get-Help $_).syntax.syntaxItem | ForEach-Object { $_.parameter.name -join ' ' })
        $ofCommand = @((Get-Command $_).ParameterSets | ForEach-Object { $_.Parameters.Name -join ' ' })
        foreach ($syntax in $ofHelp, $ofCommand) {
            $syntax | Should -HaveCount 3
            ($syntax -match '\bPath\b') -match '\bExternalDisk\b' -notmatch '\b(Bucket|Region)\b' | Should -HaveCount 1
            ($syntax -match '\bBucket\b') -match '\bEndpoint\b' -notmatch '\b(Path|NoHardlink)\b' | Should -HaveCount 1
            $syntax -match '\bPrefix\b' | Should -HaveCount 3
        }
    }

    It 'are offered by Tab only with those of the same kind' {
        foreach ($line in "New-BackupSite x filesystem -Path $root/other -", 'Set-BackupSite local -NoHardlink -') {
            Complete $line | Should -Contain '-ExternalDisk'
            Complete $line | Should -Not -Contain '-Bucket'
        }
        foreach ($line in 'New-BackupSite x minio -Bucket b -', 'Set-BackupSite local -Region eu -') {
            Complete $line | Should -Contain '-Endpoint'
            Complete $line | Should -Not -Contain '-NoHardlink'
        }
    }

    It 'are refused by name where they do not fit: <Line>' -ForEach @(
        @{ Line = 'New-BackupSite x filesystem -Bucket b'; Name = 'Bucket' }
        @{ Line = 'New-BackupSite x filesystem -Region eu-central-1'; Name = 'Region' }
        @{ Line = 'New-BackupSite -ExternalDisk -Name x -Provider wasabi'; Name = 'ExternalDisk' }
        @{ Line = 'New-BackupSite x s3 -NoHardlink'; Name = 'NoHardlink' }
        @{ Line = 'New-BackupSite x noop -Path /'; Name = 'Path' }
        @{ Line = 'Set-BackupSite local -Endpoint https://store.example.com'; Name = 'Endpoint' }
        @{ Line = 'Get-BackupSite local | Set-BackupSite -Bucket b'; Name = 'Bucket' }
        @{ Line = 'Get-BackupSite local | Set-BackupSite -AcceptSelfSignedCertificate'; Name = 'AcceptSelfSignedCertificate' }
    ) {
        { & ([scriptblock]::Create("$Line -ErrorAction Stop")) } | Should -Throw -ErrorId 'SettingNotForProvider,*' -ExpectedMessage "*-$Name*"
        Get-BackupSite | Should -HaveCount 1
    }

    It 'of two kinds do not bind together: <_>' -ForEach 'New-BackupSite x filesystem -Path / -Bucket b', 'Set-BackupSite local -Path / -Region eu' {
        { & ([scriptblock]::Create($_)) } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        Get-BackupSite | Should -HaveCount 1
    }

    It 'bind in any order, by prefix, splatted, and from defaults' {
        $settings = @{ ExternalDisk = $true; Path = "$root/other"; Name = 'splatted'; Provider = 'filesystem'; Prefix = 'a' }
        (New-BackupSite @settings).Settings.ExternalDisk | Should -BeTrue
        (New-BackupSite -Path "$root/other" -External any filesystem -Pref b).Settings.Path | Should -Be "$root/other"
        $PSDefaultParameterValues['New-BackupSite:NoHardlink'] = $true
        try { (New-BackupSite defaults filesystem -Path "$root/other" -ExternalDisk -Prefix c).Settings.NoHardlink | Should -BeTrue }
        finally { $PSDefaultParameterValues.Remove('New-BackupSite:NoHardlink') }
        (Set-BackupSite any -ExternalDisk:$false -PassThru -WarningAction Ignore).Settings.ExternalDisk | Should -BeFalse
        (Get-BackupSite any | Set-BackupSite -NoHardlink -PassThru -WarningAction Ignore).Settings.NoHardlink | Should -BeTrue
        'splatted', 'any', 'defaults' | Remove-BackupSite -Force
    }

    It 'take a path of the session' {
        Push-Location $root
        try { (New-BackupSite here filesystem -Path ./other -ExternalDisk).Settings.Path | Should -Be "$root/other" }
        finally { Pop-Location }
        { Set-BackupSite here -Path Env:/x -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        Remove-BackupSite here -Force
    }
}
